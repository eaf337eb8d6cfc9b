import { type AppFiles, pathsLike, textOf } from "./app-files.ts";
import { type Finding, found } from "./finding.ts";

const WORDS =
  /password|secretToken|secret_token|secret|auth_key|authKey|auth_pass|authPass|auth_user|AuthUser|api_key/;

/** `word: value` or `word=value` on one line, in any case, with a value of at least that many characters. */
const assigned = (word: string, shortest: number) =>
  new RegExp(`${word} ?[ :"=-].*[\\w+.-]{${shortest}}`, "i");
const beside = (word: string, value: string) => new RegExp(`${word}.*${value}`, "i");

/** What a kind of secret looks like, in the names under which a reviewer meets it. */
const KINDS: readonly (readonly [kind: string, looks: RegExp])[] = [
  ["Slack token", /xox[pboa]-?\w/],
  ["private key", /-----BEGIN (?:RSA |OPENSSH |DSA |EC )?PRIVATE KEY-----/],
  ["PGP private key", /-----BEGIN PGP PRIVATE KEY BLOCK-----/],
  ["AWS access key", /AKIA[0-9A-Z]{8,24}/],
  ["AWS secret access key", beside("aws[_-]secret[_-]access[_-]key", "\\w{24}")],
  ["Facebook token", beside('facebook[ :|"=-]', "[0-9a-f]{24}")],
  ["Twitter token", assigned("twitter", 30)],
  ["GitHub token", assigned("github", 30)],
  ["Google OAuth token", assigned("client[_-]secret", 16)],
  ["Heroku key", /heroku.*[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{6}/i],
  ["Quickpay secret", beside("quickpay_secret:", "\\w{24}")],
  ["Doorman secret", beside("doorman[_-]secret", "[0-9a-f]{16}")],
  ["session secret", beside("shared_session_secret", "[0-9a-f]{4}")],
  ["cookie secret", beside("permanent_cookie_secret", "[0-9a-f]{120}")],
  ["Scarlett key", beside("scarlett[_-]aws[_-]secret[_-]key", "[\\w+.]{35}")],
  ["Braintree key", beside("braintree_key", "\\w{16}")],
  ["ticket validation key", beside("ticket_validation_key", "\\w{15}")],
  ["app key or secret", assigned("app[_-](?:key|secret)", 4)],
  ["consumer key or secret", assigned("consumer[_-](?:key|secret)", 4)],
  ["secret", /^secret ?[ :"=-].*[\w+.-]{4}/im],
  ["master key or secret", assigned("master[_-](?:key|secret)", 4)],
  ["token key or secret", assigned("token[_-](?:key|secret)", 4)],
  ["mobile sign-on key", beside("zendesk_zopim_mobile_sso_key", "[0-9a-f]{58}")],
  ["private key", assigned("private[_-]key", 4)],
  ["outbound key", beside('x-outbound-key[: "=-]', "[0-9a-z-]{32}")],
  ["attachment token", beside("attachment_token_key", "[0-9a-f]{24}")],
  ["password", beside("password", "[\\w+.-]{4}")],
  ["token", assigned("token", 4)],
];

/** Things in texts that look like secrets. They are told and block nothing: minified code is full of such words. */
export function checkSecrets(app: AppFiles): readonly Finding[] {
  return pathsLike(app, /\.(?:html?|xml|jsx?|json)$/).flatMap((path) => {
    const text = textOf(app, path);
    const kinds = new Set(KINDS.filter(([, looks]) => looks.test(text)).map(([kind]) => kind));
    const word = WORDS.exec(text)?.[0];
    return [
      ...[...kinds].map((kind) =>
        found(
          "application_secret",
          path,
          `Something looks like a ${kind}; if it is one, remove and revoke it.`,
        ),
      ),
      ...(word === undefined
        ? []
        : [
            found(
              "generic_secrets",
              path,
              `It has the word "${word}"; make sure that no secret stands beside it.`,
            ),
          ]),
    ];
  });
}
