/* Words that every other part uses. */

export type IsoTime = string;

export type BandName = "normal" | "watch" | "alert" | "critical";

export type ChannelKindName = "email" | "sms" | "voice" | "push" | "chat" | "in_app" | "human" | "broadcast";

export type JudgementName = "send" | "hold" | "stop";
