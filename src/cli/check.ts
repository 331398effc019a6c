import { type Command, Option } from 'commander';
import type { Finding } from '../composition/check/finding.ts';
import { certificateOf } from '../config/certificate.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { ConfigError, formatProblem, type Problem } from '../config/problem.ts';
import { CommandFailure, type CommandIo } from './io.ts';
import { type ConfigChoice, configOption, jsonOption } from './options.ts';
import type { Parts } from './parts.ts';

interface CheckOptions extends ConfigChoice {
  readonly offline?: boolean;
  readonly ask?: boolean;
  readonly json?: boolean;
}

/** Adds `cordgate check`: validates the file, then proves that each account can do its job. */
export function addCheck(program: Command, io: CommandIo, parts: Parts, done: (code: number) => void): void {
  program
    .command('check')
    .description('validate the file, then log in and prove that each account can do its job')
    .addOption(configOption())
    .option('--offline', 'validate the file only')
    .addOption(
      new Option('--ask', 'also ask each chat bot one question through Discord; costs a message').conflicts(
        'offline',
      ),
    )
    .addOption(jsonOption('print the findings as one JSON list on stdout'))
    .action(async (options: CheckOptions) => done(await check(io, parts, options)));
}

/** Exit code 2 for a file that cannot be used, 1 when an account cannot do its job, 0 otherwise. */
async function check(io: CommandIo, parts: Parts, options: CheckOptions): Promise<number> {
  const write = (findings: readonly Finding[]) =>
    io.stdout(options.json ? `${JSON.stringify(findings)}\n` : forPeople(findings));
  let loaded: LoadedConfig;
  try {
    loaded = loadConfig({ path: options.config ?? (io.env.CORDGATE_CONFIG || undefined), env: io.env });
    certificateOf(loaded, Date.now());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    write(error.problems.map((problem) => ({ ...fromProblem(problem, error.file), level: 'error' })));
    return 2;
  }
  const valid: Finding = {
    level: 'ok',
    code: 'config_valid',
    message: `${loaded.file} is valid`,
    remedy: '',
  };
  const warnings = loaded.warnings.map((problem) => fromProblem(problem, loaded.file));
  const found = options.offline ? [] : await discordFindings(io, parts, loaded, options.ask === true);
  write([valid, ...warnings, ...found]);
  return found.some((finding) => finding.level === 'error') ? 1 : 0;
}

const HOLD_MS = 60_000;

/** Stops asking Discord at the first signal. */
async function discordFindings(
  io: CommandIo,
  parts: Parts,
  { config }: LoadedConfig,
  asks: boolean,
): Promise<Finding[]> {
  const stop = new AbortController();
  // Waiting for Discord keeps no process alive by itself: timers of the transport never do.
  const hold = setInterval(() => {}, HOLD_MS);
  void io.nextSignal().then(() => stop.abort());
  try {
    const found = await parts.checkDiscord(config, stop.signal);
    return asks ? [...found, ...(await parts.askBots(config, found, stop.signal))] : found;
  } catch (error) {
    throw stop.signal.aborted ? new CommandFailure('stopped before the check was done') : error;
  } finally {
    clearInterval(hold);
  }
}

function fromProblem(problem: Problem, file: string): Finding {
  const usual =
    problem.path === ''
      ? 'Correct the file at this place.'
      : 'Change the key in the file; docs/configuration.md describes it.';
  const remedy = problem.remedy ?? usual;
  return { level: 'warn', code: 'config', message: formatProblem(problem, file), remedy };
}

const MARKS: Readonly<Record<Finding['level'], string>> = { ok: 'ok   ', warn: 'warn ', error: 'ERROR' };

function forPeople(findings: readonly Finding[]): string {
  const lines = findings.map(({ level, account, bot, message, remedy }) => {
    const subject = [bot && `bot ${bot}`, account && `account ${account}`].filter(Boolean).join(', ');
    const cure = remedy === '' || level === 'ok' ? '' : `\n        -> ${remedy}`;
    return `${MARKS[level]} ${subject === '' ? '' : `${subject}: `}${message}${cure}`;
  });
  const count = (level: Finding['level'], word: string) => {
    const number = findings.filter((finding) => finding.level === level).length;
    return `${number} ${word}${number === 1 ? '' : 's'}`;
  };
  return `${lines.join('\n')}\n\n${count('error', 'error')}, ${count('warn', 'warning')}\n`;
}
