/** Who and what is on the stage: invented people and tickets of one Zendesk account. */
export interface StageUser {
  readonly id: number;
  readonly name: string;
  readonly email: string | null;
  readonly externalId: string | null;
  readonly role?: "agent" | "admin" | "end-user";
  readonly locale?: string;
  readonly organization?: string;
}
export interface StageTicket {
  readonly id: number;
  readonly subject: string;
  readonly requester: StageUser;
  readonly status: "new" | "open" | "pending" | "solved";
  readonly createdAt: string;
  readonly tags: readonly string[];
  readonly conversation: readonly { readonly from: string; readonly at: string; readonly text: string }[];
}
export interface Stage {
  readonly subdomain: string;
  readonly installation: number;
  readonly agent: StageUser;
  readonly tickets: readonly StageTicket[];
}

const MARA: StageUser = {
  id: 1001,
  name: "Mara Lindqvist",
  email: "mara@acme-robotics.example",
  externalId: "u1",
  role: "end-user",
  organization: "Acme Robotics",
};
const TOBI: StageUser = {
  id: 1002,
  name: "Tobi Adeyemi",
  email: null,
  externalId: null,
  role: "end-user",
};

export const STAGE: Stage = {
  subdomain: "acme",
  installation: 4711,
  agent: {
    id: 31,
    name: "Ana Ruiz",
    email: "ana@acme.example",
    externalId: null,
    role: "agent",
    locale: "en-US",
  },
  tickets: [
    {
      id: 4711,
      subject: "Our export stops halfway with error 429",
      requester: MARA,
      status: "open",
      createdAt: "2026-03-02T11:58:00Z",
      tags: ["api", "export"],
      conversation: [
        {
          from: "Mara Lindqvist",
          at: "11:58",
          text: "Hi, since this morning our nightly export stops halfway. The log is full of 429s.",
        },
        { from: "Ana Ruiz", at: "12:01", text: "Thanks for telling us, Mara. I am having a look." },
      ],
    },
    {
      id: 4712,
      subject: "How do I add a colleague?",
      requester: TOBI,
      status: "new",
      createdAt: "2026-03-02T11:30:00Z",
      tags: [],
      conversation: [{ from: "Tobi Adeyemi", at: "11:30", text: "Where do I invite somebody to our team?" }],
    },
  ],
};
