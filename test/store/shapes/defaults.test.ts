import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../../server/core/tenant.ts";
import { readAudit } from "../../../server/store/shapes/audit.ts";
import { readControl } from "../../../server/store/shapes/control.ts";
import { readSettings } from "../../../server/store/shapes/settings.ts";

const { gap: _, incident, ...others } = DEFAULT_SETTINGS;
const { quietEnd: __, ...ofIncident } = incident;
const chosen = { ...others, name: "Acme", links: { help: "https://acme.example.com" } };
/** As a version stored them that knew neither `gap` nor `incident.quietEnd`. */
const older = { ...chosen, incident: { ...ofIncident, matches: 7 } };

describe("settings of a version that knew fewer of them", () => {
  it("have the defaults of those that came since, at any depth, and what was chosen as it was", () => {
    const read = readSettings(JSON.stringify(older), "here");

    expect(read).toEqual({ ...DEFAULT_SETTINGS, ...older, incident: { ...incident, matches: 7 } });
    expect(read.gap).toBe(DEFAULT_SETTINGS.gap);
  });

  it("have them in the log, too", () => {
    const read = readControl(JSON.stringify({ kind: "settings", settings: older }), "here");

    expect(read).toEqual({ kind: "settings", settings: readSettings(JSON.stringify(older), "here") });
  });

  it("get no entries in what the tenant fills by itself", () => {
    const read = readSettings(
      JSON.stringify({ ...older, owners: { default: "ops@acme.example.com" } }),
      "here",
    );

    expect(read.owners).toEqual({ default: "ops@acme.example.com" });
    expect(read.links).toEqual(chosen.links);
  });

  it("are refused where something else stands in a setting", () => {
    expect(() => readSettings(JSON.stringify({ ...older, bands: { watch: "low" } }), "here")).toThrow(
      "its field bands.watch is missing or something else",
    );
  });
});

describe("the readiness of channels of a version that knew fewer of them", () => {
  it("says of one that came since that nothing is connected", () => {
    const channels = { email: "live", sms: "preview", in_app: "live", human: "live" };
    const read = readControl(
      JSON.stringify({ kind: "readiness", channels, notReady: [], templates: [] }),
      "here",
    );

    expect(read).toMatchObject({ channels: { ...channels, voice: "off", push: "off", broadcast: "off" } });
  });
});

describe("an alert that was opened again, when there was no putting it back yet", () => {
  const control = { kind: "alert", alert: "a1", action: "reopen", actor: "ops:bo", reason: "not done" };
  const restored = { ...control, action: "restore" };

  it("is put back, which opens one of which nothing else is known", () => {
    expect(readControl(JSON.stringify(control), "here")).toEqual(restored);
  });

  it("is put back by whoever undoes what was done, too", () => {
    const row = {
      id: "x1",
      tenant: "t1",
      at: 1,
      actor: "ops:bo",
      action: "alert.resolve",
      subject: "alert/a1",
      reason: "done",
      detail: {},
      undo: control,
      undone: false,
    };

    expect(readAudit(JSON.stringify(row), "here").undo).toEqual(restored);
  });
});
