import twilio from "twilio";
import type { Line } from "../../lib/outbound-line.ts";
import type { Reply } from "./errors.ts";
import { loginOf, TWILIO_BASE_URL, type TwilioSettings } from "./settings.ts";

const MOST_ANSWER_BYTES = 4_000_000;

/**
 * Twilio's HTTP client on our connection. The SDK knows no base URL, so the origin it asks for is replaced on the
 * way; the request goes to the checked address, follows no redirect and is tried once. The last answer is kept,
 * because the errors of the SDK leave out the headers.
 */
export class LineHttpClient extends twilio.RequestClient {
  reply: Reply | null = null;

  constructor(line: Line, signal: AbortSignal) {
    super({ autoRetry: false, keepAlive: false });
    const { httpAgent, httpsAgent } = line;
    const maxContentLength = MOST_ANSWER_BYTES;
    Object.assign(this.axios.defaults, { httpAgent, httpsAgent, signal, proxy: false, maxContentLength });
    this.axios.interceptors.request.use((config) => {
      const asked = new URL(config.url ?? "/", TWILIO_BASE_URL);
      config.url = `${line.base}${asked.pathname}${asked.search}`;
      config.maxRedirects = 0;
      return config;
    });
    this.axios.interceptors.response.use((response) => {
      this.reply = { status: response.status, headers: response.headers, body: response.data };
      return response;
    });
  }
}

export function clientOf(account: TwilioSettings, httpClient: LineHttpClient) {
  const { username, password } = loginOf(account);
  return twilio(username, password, { accountSid: account.accountSid, httpClient, autoRetry: false });
}
