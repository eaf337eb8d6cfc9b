/** What customers in some trouble write to a help desk. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly tags: readonly string[];
}

const LETTERS: { readonly [issue: string]: Letter } = {
  api_integration: {
    subject: "Our connection to your API keeps failing",
    text: "Since this morning our integration is refused again and again, and sales pile up on our side. What can we do?",
    tags: ["api"],
  },
  account_lockout: {
    subject: "I cannot get into my account",
    text: "My password is not taken any more, and there is a queue at the counter. Please help.",
    tags: ["login"],
  },
  billing: {
    subject: "Our payment did not go through",
    text: "We got a notice that our card was declined, but the bank says that everything is fine.",
    tags: ["billing"],
  },
  usage_limit: {
    subject: "We are about to run out of our quota",
    text: "The dashboard says that we have almost used everything up, and it is the middle of the month.",
    tags: ["limits"],
  },
  configuration_error: {
    subject: "The set-up does not save",
    text: "I fill in everything, press Save, and get an error. I have tried it several times now.",
    tags: ["setup"],
  },
  onboarding: {
    subject: "How do we go on from here?",
    text: "We have signed up, but we are not sure what the next step is.",
    tags: ["onboarding"],
  },
  cancellation: {
    subject: "A question about our contract",
    text: "What is the notice period, and what becomes of our data afterwards?",
    tags: ["contract"],
  },
  feature_not_working: {
    subject: "The till shows an error",
    text: "The same error comes up every time we try. We had to write receipts by hand.",
    tags: ["till"],
  },
};

const WORRIED: Letter = {
  subject: "We are not happy with how this is going",
  text: "Something always gets in the way lately, and we lose time that we do not have. Can somebody look into it?",
  tags: ["complaint"],
};

const ORDINARY: Letter = {
  subject: "Can we print the daily summary?",
  text: "We would like to have the summary of the day on paper. Is there a button for it?",
  tags: ["how_to"],
};

/** @param issue what is the matter with them, as patterns name it; null when nothing is */
export const letterOf = (issue: string | null): Letter =>
  issue === null ? ORDINARY : (LETTERS[issue] ?? WORRIED);

export const OF_A_COLLEAGUE: Letter = {
  subject: "I am new here and need access",
  text: "I started on Monday and shall look after our tills. Could you set me up?",
  tags: ["access"],
};

export const OF_A_STRANGER: Letter = {
  subject: "Do you have tills for market stalls?",
  text: "I sell cheese at three markets. Would your product be something for me?",
  tags: ["sales"],
};
