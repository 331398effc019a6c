import { loadConfig } from '../../src/config/load.ts';
import { ConfigError, type Problem } from '../../src/config/problem.ts';
import { type Config, type CozeBotConfig, isCoze } from '../../src/config/schema.ts';

/** A valid file with one account and one Coze bot. */
export const SAMPLE = `
accounts:
  - id: bridge
    kind: bot
    token: bridge-token
bots:
  - id: coze
    driver: coze
    listen: bridge
    send: [bridge]
    guildId: "100000000000000001"
    botUserId: "100000000000000002"
    models: [gpt-4o]
`;

/** The problems of a text, an empty list when it is valid. */
export function problemsOf(
  text: string,
  env: Record<string, string> = {},
  flags?: object,
): readonly Problem[] {
  try {
    loadConfig({ text, env, flags });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** The configuration of a valid text. */
export function configOf(text: string, env: Record<string, string> = {}, flags?: object) {
  return loadConfig({ text, env, flags }).config;
}

/** The warnings of a valid text, each as `path: message`. */
export function warningsOf(text: string, env: Record<string, string> = {}): string[] {
  return loadConfig({ text, env }).warnings.map(({ path, message }) => `${path}: ${message}`);
}

/** The Coze bot at a position of `bots`. */
export function cozeOf(config: Config, index = 0): CozeBotConfig {
  const bot = config.bots[index];
  if (bot && isCoze(bot)) return bot;
  throw new Error(`bots[${index}] is no Coze bot`);
}
