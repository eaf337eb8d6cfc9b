/** The fields of one line of CSV (RFC 4180), separated by commas or semicolons, without blanks around them. */
export function csvFields(line: string): readonly string[] {
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i);
    if (quoted && character === '"' && line.charAt(i + 1) === '"') {
      field += '"';
      i += 1;
    } else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === "," || character === ";")) {
      fields.push(field);
      field = "";
    } else field += character;
  }
  fields.push(field);
  return fields.map((each) => each.replace(/^\uFEFF/, "").trim());
}
