import type { Command } from 'commander';
import { createProgram } from '../../src/cli/main.ts';
import { realParts } from '../../src/cli/parts.ts';

const INTRODUCTION = `<!-- Written by "npm run docs" from src/cli and scripts/docs/commands.ts; do not edit. -->
# Commands

Exit codes of every command: **0** good, **1** failed, **2** wrong usage or configuration.

With \`--json\` the standard output is for programs: \`serve\`, \`demo\` and \`sim\` print exactly one line once they are ready, and
everything else goes to the standard error stream. \`SIGTERM\` and \`SIGINT\` (Ctrl+C) stop these three cleanly within 10 seconds with exit
code 0; a second signal stops at once.

From a clone: \`npm ci\`, then \`npx cordgate COMMAND\`; it brings its own Node.js.
`;

/** What the help text of a command does not say. */
const REMARKS: Readonly<Record<string, string>> = {
  serve: `Ready line of \`--json\`: \`{"ready":true,"url":"http://127.0.0.1:8092","models":["gpt-4o"],"pid":4711}\`.

The log goes to the standard error stream: lines for people on a terminal, JSON otherwise or with \`--json\` (\`log.pretty\` decides else).
Tokens and keys are cut out of every line.
`,
  demo: `Prints the address, a key made for this run, and lines to copy. Ready line of \`--json\`:
\`{"ready":true,"url":"http://127.0.0.1:8092","key":"sk-demo-…","models":[…],"sim":{…}}\` with the line of \`cordgate sim\` as \`sim\`.
`,
  sim: `Speaks Discord's REST, WebSocket and CDN on one port. Ready line of \`--json\`:
\`{"ready":true,"api":"http://127.0.0.1:9500/api/v10","gateway":"ws://127.0.0.1:9500","cdn":"http://127.0.0.1:9500","accounts":[{"id","kind","token","userId"}],"guildId":"…","channels":{…},"bots":{"coze":{"userId"}}}\`.
`,
  check: `Checked are: each account's token, the message content intent, the WebSocket login; for each bot the permissions of the account that
listens and of every one that sends, the category, the room for \`maxChannels\` (Discord allows 500 channels per guild and 50 per category),
every Coze bot with its own permissions, and the channels of \`conversations\`; for each room of a drawing or filming bot the channel, the account's
permissions there, the size of the guild, and the commands that the bot offers. A server of your own that has no \`GET /channels/{id}\` gives the
warning \`room_unknown\`: that the account does not see the channel (\`room_unreachable\`) is proven only by 403 or Discord's code 10003.

Nothing is sent to a channel, unless \`--ask\` is given: then each chat bot without an error is asked one question in a channel of its own,
which is deleted afterwards. The finding \`answered\` holds the time and the first 80 characters of the answer, \`not_answered\` what is
likely wrong. This takes up to a minute, and costs a message of a sending account and credits of the Coze bot. Nothing is drawn or filmed.

With \`--json\` the findings are one list of
\`{"level":"ok"|"warn"|"error","code","account"?,"bot"?,"message","remedy"}\`. Exit code 2: the file cannot be used; 1: some finding is an
error; 0: none is.
`,
  init: `An existing file is left alone unless \`--force\` is given. The file names the environment variables that hold the secrets; set them,
or put them into a file \`.env\` beside it.
`,
  imagine: `The picture is saved as it came, or converted to the ending of \`--out\` (.png .jpg .webp .gif .avif .tif). A file that exists is left
alone: \`-2\` is added to the name. What \`--out cat.png\` names:

| buttons | \`cat.png\` | beside it |
| --- | --- | --- |
| none | the grid | |
| one: \`--upscale 2\` | the picture of that button | \`cat-grid.png\` |
| several: \`--upscale 2,3 --vary 1\` | the picture of the first one, U2 | \`cat-grid.png\`, \`cat-u3.png\`, \`cat-v1.png\` |

\`--upscale\` comes before \`--vary\`, each in the order of its numbers. Without \`--out\` the name is made of the prompt, and the same rule holds.
\`--watch\` keeps the newest preview in \`cat.progress.webp\`, for a viewer that reloads it; after success it is removed.

Ctrl+C and \`--timeout\` ask the gateway to cancel the task. \`--json\` prints \`{"task":{…},"followUps":[…],"files":[…]}\`, the grid first among the files.
`,
  animate: `The first word is the picture if it is a file, a link, or ends like one (.png .jpg .jpeg .webp .gif). Pika films words alone as well, Midjourney
only a picture. The video is saved as it came, as an mp4 unless \`--out\` says otherwise; a file that exists is left alone: \`-2\` is added to
the name. An animated picture, which Midjourney often gives instead, is saved as one. What the bot does not obey is told as a \`note:\`.

Ctrl+C and \`--timeout\` ask the gateway to cancel the task. \`--json\` prints \`{"task":{…},"files":[…]}\`, the task as
[a video](videos.md#following-it).
`,
  import: `Reads every form that the Config.yml of Coze-Discord-Bridge had (\`Discord_Bot_Token\`; \`Token\` with \`Token2\`; several user tokens in
\`Token\`) and writes a commented \`cordgate.yaml\`. Behind each value stands the old key; what has no counterpart is listed at the end with
its value and the reason. The access key of each bot becomes an API key that reaches just this bot, an empty one and \`default\` become
\`auth.anonymous\`.

Conversations keep their names: \`conversation_<Key>.json\` (of entries without a key \`conversation_default.json\`) and the older
\`cache_names.json\` beside the Config.yml become \`conversations\` of the bot. A file that cannot be read, a name over 100 characters and a
channel id that is none are left out with a note. The Bridge writes these files when it is stopped, so stop it first.

Tokens and keys are written into the new file, which only its owner may read, and never to the terminal. What is missing stands there as
\`\${NAME}\`, to be set in the environment or in \`.env\`. Not imported: the Java key store (the file names the commands that convert it to PEM).

The \`config.json\` of Discordxy may hold comments and commas too many. Its accounts become \`accounts\` of kind user, the actions \`mj\` the rooms of
one Midjourney bot, its four hosts the section \`discord\`; \`banned-words.txt\` beside it, or in \`config/\`, becomes \`bannedWords\`. The actions \`pika\` become
the rooms of one Pika bot, with a note that Pika's bot on Discord is reported to be closed. \`redis\` becomes \`sqlite\` until a later version knows it. Every
value is carried over or named in a comment, also one of the wrong kind (a word where a list belongs). Discordxy had no keys: when it listened on more than this
machine, the new file does not, and says what to do.

\`--json\` prints \`{"written","accounts":[…],"bots":[…],"notes":[…],"variables":[…]}\`: ids of accounts and bots, what is different or needs a hand,
and the variables to set. Exit code 2: the file is something else or cannot be read; 1: the new file exists already or cannot be written.
`,
};

function section(command: Command): string {
  const help = command.configureHelp({ helpWidth: 100 }).helpInformation().trimEnd();
  return `\n## \`cordgate ${command.name()}\`\n\n\`\`\`text\n${help}\n\`\`\`\n\n${REMARKS[command.name()] ?? ''}`;
}

/** `docs/commands.md`. */
export function commandsPage(): string {
  const io = {
    stdout() {},
    stderr() {},
    stderrIsTerminal: false,
    env: {},
    nextSignal: () => new Promise<void>(() => {}),
  };
  const program = createProgram(io, realParts, () => {});
  return INTRODUCTION + program.commands.map(section).join('');
}
