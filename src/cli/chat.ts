/** `cordgate chat`: a person's quick client to a running gateway, for words. */
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { addressOf, type ClientOptions, isLink, keyOption, urlOption } from './client-options.ts';
import { CommandFailure, type CommandIo } from './io.ts';
import { jsonOption } from './options.ts';
import type { Parts } from './parts.ts';
import { readPicture } from './read-picture.ts';
import { type RemoteAnswer, RemoteChat, type RemoteMessage } from './remote-chat.ts';
import { readTyped, type TypedLines } from './typed-lines.ts';

interface ChatOptions extends Pick<ClientOptions, 'url' | 'key' | 'json'> {
  readonly model?: string;
  readonly conversation?: string;
  readonly image: readonly string[];
  readonly stream: boolean;
}

/** Adds `cordgate chat [WORDS]`: asks a bot through a running gateway, once or in a conversation. */
export function addChat(program: Command, io: CommandIo, _parts: Parts, done: (code: number) => void): void {
  program
    .command('chat')
    .description('ask a bot through a running gateway; without words, talk with it')
    .argument('[words...]', 'what to ask (default: what is piped in; at a terminal, a conversation)')
    .addOption(urlOption())
    .addOption(keyOption())
    .option('-m, --model <name>', 'who answers: a model of the gateway (default: its first)')
    .option('-c, --conversation <name>', 'lasting conversation: the bot remembers what was said in it')
    .option('-i, --image <file>', 'picture to show: a file or a link; may be repeated', collect, [])
    .option('--no-stream', 'print the answer when it is whole')
    .addOption(jsonOption('print the whole answer as one line of JSON on stdout'))
    .addHelpText('after', '\nCtrl+C stops an answer; once more, or /exit, or Ctrl+D leaves a conversation.')
    .action(async (words: string[], options: ChatOptions) => done(await chat(io, words, options)));
}

async function chat(io: CommandIo, words: readonly string[], options: ChatOptions): Promise<number> {
  const pictures = options.image.map(readImage);
  const given = words.join(' ').trim();
  const remote = new RemoteChat(addressOf(io, options));
  const talk = new Talk(io, remote, options, pictures);
  if (given === '' && io.stdin?.isTerminal) {
    if (options.json) throw new CommandFailure('--json needs the words: say what to ask', 2);
    return converse(io, io.stdin.open(), talk);
  }
  const question = given === '' && io.stdin ? (await readAll(io.stdin.open())).trim() : given;
  if (question === '' && pictures.length === 0) throw new CommandFailure('say what to ask', 2);
  const answer = await talk.ask(question, io.nextSignal());
  if (answer === undefined) throw new CommandFailure('stopped; the answer is not whole');
  return 0;
}

/** One question after the other, until the person leaves. */
async function converse(io: CommandIo, input: NodeJS.ReadableStream, talk: Talk): Promise<number> {
  io.stderr('Type a message and press Enter. Ctrl+C stops an answer; /exit leaves.\n');
  const lines = readTyped(io, input, '> ');
  try {
    for (;;) {
      const line = await nextLine(lines);
      if (line === undefined || line.trim() === '/exit') return 0;
      if (line.trim() !== '') await exchange(io, talk, line.trim(), lines);
    }
  } finally {
    lines.close();
  }
}

/** Ctrl+C at the prompt leaves. */
function nextLine(lines: TypedLines): Promise<string | undefined> {
  return Promise.race([lines.next(), lines.interrupted().then(() => undefined)]);
}

/** What fails is told, and the conversation goes on. */
async function exchange(io: CommandIo, talk: Talk, line: string, lines: TypedLines): Promise<void> {
  try {
    const answer = await talk.ask(line, lines.interrupted());
    if (answer === undefined) io.stderr('stopped; Ctrl+C once more leaves\n');
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    io.stderr(`error: ${error.message}\n`);
  }
}

/** What was said so far, and how the next thing is said. */
class Talk {
  readonly #io: CommandIo;
  readonly #remote: RemoteChat;
  readonly #options: ChatOptions;
  #model: string | undefined;
  #pictures: readonly string[];
  #said: readonly RemoteMessage[] = [];

  constructor(io: CommandIo, remote: RemoteChat, options: ChatOptions, pictures: readonly string[]) {
    this.#io = io;
    this.#remote = remote;
    this.#options = options;
    this.#model = options.model;
    this.#pictures = pictures;
  }

  /** Asks, and prints the answer; undefined when it was stopped. @throws CommandFailure */
  async ask(text: string, stopped: Promise<void>): Promise<RemoteAnswer | undefined> {
    const stop = new AbortController();
    void stopped.then(() => stop.abort());
    const printer = new Printer(this.#io, this.#options);
    try {
      const question = { role: 'user', text, pictures: this.#pictures } as const;
      const answer = await this.#send(question, printer, stop.signal);
      printer.end(answer, this.#options.conversation);
      this.#pictures = [];
      this.#said = [...this.#said, question, { role: 'assistant', text: answer.text, pictures: [] }];
      return answer;
    } catch (error) {
      printer.breakOff();
      if (stop.signal.aborted) return undefined;
      throw error;
    }
  }

  async #send(question: RemoteMessage, printer: Printer, signal: AbortSignal): Promise<RemoteAnswer> {
    const { conversation, stream, json } = this.#options;
    this.#model ??= await this.#remote.firstModel(signal);
    const messages = conversation === undefined ? [...this.#said, question] : [question];
    const asked = { model: this.#model, messages, conversation, streamed: stream && !json };
    return this.#remote.ask(asked, printer, signal);
  }
}

/** The answer on the standard output, ended by a line end whatever happens. */
class Printer {
  readonly #io: CommandIo;
  readonly #json: boolean;
  readonly #warnings: string[] = [];
  #last = '\n';

  constructor(io: CommandIo, { json }: ChatOptions) {
    this.#io = io;
    this.#json = json === true;
  }

  readonly onWarning = (warning: string): void => {
    this.#warnings.push(warning);
    if (!this.#json) this.#io.stderr(`warning: ${warning}\n`);
  };

  readonly onText = (piece: string): void => {
    if (this.#json || piece === '') return;
    this.#io.stdout(piece);
    this.#last = piece.slice(-1);
  };

  end(answer: RemoteAnswer, conversation: string | undefined): void {
    const named = conversation === undefined ? {} : { conversation };
    if (this.#json) {
      this.#io.stdout(`${JSON.stringify({ ...answer, ...named, warnings: this.#warnings })}\n`);
      return;
    }
    this.breakOff();
    if (answer.finishReason === 'length') this.#io.stderr('warning: the answer was cut short\n');
  }

  breakOff(): void {
    if (this.#last !== '\n') this.#io.stdout('\n');
    this.#last = '\n';
  }
}

function readImage(image: string): string {
  if (isLink(image)) return image;
  // The gateway looks at the content itself.
  return `data:application/octet-stream;base64,${readPicture(image).toString('base64')}`;
}

function collect(text: string, before: readonly string[]): string[] {
  return [...before, text];
}
