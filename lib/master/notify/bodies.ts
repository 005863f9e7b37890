// The bodies that web hooks want: of Slack, Discord, Teams, or the message as it is.
import type { NoticeStyle, Told } from "../../notices";
import { cut, headline, linesOf } from "./words";

/** What is posted to a web hook of this style. `delivery` names the message, also when it is repeated. */
export function bodyFor(style: Exclude<NoticeStyle, "mail">, told: Told, delivery: string): unknown {
  const title = headline(told);
  const text = linesOf(told).join("\n");
  switch (style) {
    case "slack":
      return slack(title, text);
    case "discord":
      return discord(title, text);
    case "teams":
      return teams(title, linesOf(told));
    case "json":
      return { delivery, subject: title, ...told };
  }
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: `text` is what a phone shows; a section has 3,000 characters. */
function slack(title: string, text: string): unknown {
  const bold = `*${forSlack(title, 1000).replaceAll("*", "∗")}*`;
  return {
    text: forSlack(title, 1000),
    blocks: [
      { type: "section", text: { type: "mrkdwn", text: bold } },
      { type: "section", text: { type: "mrkdwn", text: fenced(forSlack(text, 2900)) } },
    ],
  };
}

/** `<!channel>` would call everybody, and `&` begins an entity; none of them is cut in half. */
function forSlack(text: string, most: number): string {
  const whole = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return whole.length <= most ? whole : `${whole.slice(0, most - 3).replace(/&[a-z]*$/, "")}...`.toWellFormed();
}

/** https://docs.discord.com/developers/resources/webhook#execute-webhook: nobody is called by `@everyone` in a name. */
function discord(title: string, text: string): unknown {
  return {
    content: cut(title.replace(/[\\`*_~|[\]()<>#]/g, "\\$&"), 1900),
    embeds: [{ description: fenced(cut(text, 3900)) }],
    allowed_mentions: { parse: [] },
  };
}

/**
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using: workflows take adaptive cards, of
 * 28 KB at most. Runs of text, unlike text blocks, take nothing in them as markdown.
 */
function teams(title: string, lines: readonly string[]): unknown {
  const most = 80;
  const shown = lines.length > most ? [...lines.slice(0, most), "..."] : lines;
  const line = (text: string, more: object) => ({
    type: "RichTextBlock",
    spacing: "None",
    inlines: [{ type: "TextRun", text: text === "" ? " " : text, ...more }],
  });
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          msteams: { width: "Full" },
          body: [
            line(title, { weight: "Bolder", size: "Medium" }),
            ...shown.map((text) => line(cut(text, 150), { fontType: "Monospace" })),
          ],
        },
      },
    ],
  };
}

/** Text between fences, which nothing in it can end. */
function fenced(text: string): string {
  return `\`\`\`\n${text.replaceAll("```", "'''")}\n\`\`\``;
}
