import { InvalidArgumentError, Option } from 'commander';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import type { CommandIo } from './io.ts';

/** `--json` as every command has it. */
export const jsonOption = (meaning: string) => new Option('--json', meaning);

/** `--config FILE`; `CORDGATE_CONFIG` says the same. */
export const configOption = () =>
  new Option(
    '-c, --config <file>',
    'configuration file (default: cordgate.yaml, or the variable CORDGATE_CONFIG)',
  );

/** Reads a port; 0 stands for any free one. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('Must be a port: 0 (any free one) to 65535.');
  return port;
}

/** Reads the simulator's speed: 2 is twice as fast as life. */
export function parseSpeed(text: string): number {
  const speed = Number(text);
  if (!(speed > 0 && Number.isFinite(speed))) throw new InvalidArgumentError('Must be a number above 0.');
  return speed;
}

/** Options that choose a configuration. */
export interface ConfigChoice {
  readonly config?: string;
}

/** Loads the configuration that the options name and writes its warnings to the standard error stream. */
export function loadChosen(io: CommandIo, choice: ConfigChoice, flags: object = {}): LoadedConfig {
  const path = choice.config ?? (io.env.CORDGATE_CONFIG || undefined);
  const loaded = loadConfig({ path, env: io.env, flags });
  for (const warning of loaded.warnings) io.stderr(`warning: ${formatProblem(warning, loaded.file)}\n`);
  return loaded;
}
