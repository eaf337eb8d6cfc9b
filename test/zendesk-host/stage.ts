import type { Stage, StageUser } from "../../server/demo/zendesk-host/index.ts";

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

/** One requester who is well known, and one of whom Zendesk knows the number only. */
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
