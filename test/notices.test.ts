// Which events people are told of, which style an address gets, and how long is waited between tries.
import { expect, test } from "bun:test";
import { reasonOf, styleFor, waitAfter } from "../lib/notices";

test("jobs that end, fail first or stop themselves, and slaves that are lost or sick, are told of", () => {
  const reason = (type: string, data = {}) => reasonOf({ type, data });
  expect(reason("job.state", { state: "finished" })).toBe("finished");
  expect(reason("job.state", { state: "failed" })).toBe("failed");
  expect(reason("job.state", { state: "stopped", stopReason: "too many failures" })).toBe("attention");
  expect(reason("job.state", { state: "stopped" })).toBeUndefined();
  expect(reason("job.state", { state: "running" })).toBeUndefined();
  expect(reason("job.error")).toBe("error");
  expect(reason("slave.state", { state: "lost" })).toBe("lost");
  expect(reason("slave.state", { state: "online" })).toBeUndefined();
  expect(reason("slave.sick")).toBe("sick");
  expect(reason("job.progress")).toBeUndefined();
});

test("the style is told by the address, and may be given", () => {
  const styles = {
    "mailto:ana@studio.example": "mail",
    "https://hooks.slack.com/services/T0/B0/x": "slack",
    "https://discord.com/api/webhooks/1/x": "discord",
    "https://canary.discord.com/api/webhooks/1/x": "discord",
    "https://prod-7.westeurope.logic.azure.com:443/workflows/x": "teams",
    "https://default1.2.environment.api.powerplatform.com/powerautomate/x": "teams",
    "https://studio.webhook.office.com/webhookb2/x": "teams",
    "http://render-bot:8080/": "json",
    "https://hooks.slack.com.evil.example/": "json",
    "https://notlogic.azure.com/": "json",
  } as const;
  for (const [to, style] of Object.entries(styles)) expect([to, styleFor(to)]).toEqual([to, style]);
  expect(styleFor("https://chat.studio.example/hook", "slack")).toBe("slack");
  expect(() => styleFor("mailto:ana@studio.example", "slack")).toThrow("style slack is for web hooks");
  expect(() => styleFor("https://x.example", "mail")).toThrow("style mail is for addresses as mailto:");
  expect(() => styleFor("https://")).toThrow("not the address of a web hook");
});

test("the wait is doubled with each try, up to an hour", () => {
  expect([1, 2, 3, 9, 10, 2000].map((tries) => waitAfter(tries, 10_000) / 1000)).toEqual([
    10, 20, 40, 2560, 3600, 3600,
  ]);
});
