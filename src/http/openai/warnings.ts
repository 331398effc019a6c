import { GatewayError } from '../../core/errors.ts';
import type { CompletionBody } from './schema.ts';

/** Parameters that are obeyed, or that ask nothing of the bot. */
const SILENT = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'user',
  'metadata',
  'store',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'prompt_cache_options',
]);

/** Values that ask for what happens anyway. */
const HARMLESS = new Map<string, (value: unknown) => boolean>(
  Object.entries({
    n: (value: unknown) => value === 1,
    tool_choice: (value: unknown) => value === 'none',
    function_call: (value: unknown) => value === 'none',
    response_format: (value: unknown) => isObject(value) && value.type === 'text',
    modalities: (value: unknown) => Array.isArray(value) && value.every((mode) => mode === 'text'),
    service_tier: (value: unknown) => value === 'auto' || value === 'default',
  }),
);

/** Names of all parameters present that a Discord bot cannot obey, in the order of the request. */
export function ignoredParameters(body: object): string[] {
  return Object.entries(body)
    .filter(([name, value]) => isPresent(value) && !SILENT.has(name) && !HARMLESS.get(name)?.(value))
    .map(([name]) => name);
}

function isPresent(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/**
 * Refuses what cannot be ignored without giving the caller something else than was asked for.
 * @throws GatewayError unsupported_parameter
 */
export function refuseImpossible(body: CompletionBody): void {
  if ((body.n ?? 1) > 1) throw impossible('n', 'A Discord bot gives one answer: n must be 1.');
  if (insistsOnTool(body.tool_choice))
    throw impossible('tool_choice', 'A Discord bot cannot be made to call a tool.');
  if (isObject(body.function_call)) {
    throw impossible('function_call', 'A Discord bot cannot be made to call a function.');
  }
}

function insistsOnTool(choice: unknown): boolean {
  if (!isObject(choice)) return choice === 'required';
  if (choice.type !== 'allowed_tools') return true;
  return isObject(choice.allowed_tools) && choice.allowed_tools.mode === 'required';
}

function impossible(param: string, message: string): GatewayError {
  return new GatewayError('unsupported_parameter', message, { param });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
