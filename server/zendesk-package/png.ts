/** What the head of a PNG file says of the picture. */
export interface Png {
  readonly width: number;
  readonly height: number;
  /** Has an alpha channel, or a colour that stands for nothing. */
  readonly transparent: boolean;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const HEAD = 33;
/** Bits of the colour type. */
const ALPHA = 4;

/** Undefined when the bytes are not those of a PNG. */
export function readPng(bytes: Uint8Array): Png | undefined {
  if (bytes.length < HEAD || !SIGNATURE.every((byte, index) => bytes[index] === byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const names = new TextDecoder("latin1").decode(bytes);
  if (names.slice(12, 16) !== "IHDR") return undefined;
  const beforeData = names.slice(0, Math.max(0, names.indexOf("IDAT")));
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    transparent: ((bytes[25] ?? 0) & ALPHA) !== 0 || beforeData.includes("tRNS"),
  };
}
