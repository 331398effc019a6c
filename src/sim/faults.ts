/** Faults that tests order: a table of what is to go wrong, read by the servers. */
import { z } from 'zod';

const account = z.string().min(1).optional();
const times = z.number().int().min(1).default(1);
const event = z.string().min(1).optional();
/** The fault hits each so-manieth event that fits. */
const every = z.number().int().min(1).default(1);

const faultSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('drop-sockets'),
    account,
    /** Close code; without one the TCP connection just breaks. */
    code: z.number().int().min(1000).max(4999).optional(),
    reason: z.string().max(120).optional(),
    /** False: the session is forgotten too, a resume gets op 9. */
    resumable: z.boolean().default(true),
  }),
  z.strictObject({ type: z.literal('reconnect'), account }),
  z.strictObject({ type: z.literal('invalid-session'), account, resumable: z.boolean().default(false) }),
  z.strictObject({ type: z.literal('request-heartbeat'), account }),
  z.strictObject({ type: z.literal('stop-acks'), account, forMs: z.number().positive().optional() }),
  z.strictObject({ type: z.literal('freeze-sockets'), account }),
  z.strictObject({ type: z.literal('lose-events'), times, account, event, every }),
  z.strictObject({ type: z.literal('duplicate-events'), times, account, event, every }),
  z.strictObject({
    type: z.literal('reorder-events'),
    times,
    account,
    event,
    every,
    /** So many are held back; they come in reverse order after the next event of the session. */
    hold: z.number().int().min(1).default(1),
    /** When no further event comes they are sent after this time. */
    forMs: z.number().positive().default(1000),
  }),
  z.strictObject({
    type: z.literal('delay-events'),
    times,
    account,
    event,
    every,
    delayMs: z.number().min(0),
  }),
  z.strictObject({
    type: z.literal('captcha'),
    account,
    times,
    /** What Discord wants to see a person for. */
    on: z.enum(['interactions', 'messages', 'both']).default('interactions'),
  }),
  z.strictObject({
    type: z.literal('refuse-connections'),
    times,
    /** All of this time, however many; `times` counts no more then. */
    forMs: z.number().positive().optional(),
  }),
  z.strictObject({
    type: z.literal('rest'),
    /**
     * `status` answers; `hang` never answers; `reset` breaks before acting; `lose-answer` breaks after acting;
     * `act-and-hang` acts and never answers.
     */
    action: z.enum(['status', 'hang', 'reset', 'lose-answer', 'act-and-hang']).default('status'),
    status: z.number().int().min(400).max(599).default(500),
    times,
    account,
    method: z.string().min(1).optional(),
    /** Part of the path. */
    path: z.string().min(1).optional(),
    retryAfterMs: z.number().min(0).default(1000),
    global: z.boolean().default(false),
    /** Body in place of the usual one. */
    body: z.record(z.string(), z.unknown()).optional(),
  }),
  z.strictObject({ type: z.literal('revoke-token'), account: z.string().min(1) }),
  z.strictObject({ type: z.literal('delete-channel'), channelId: z.string().min(1) }),
  z.strictObject({ type: z.literal('clear') }),
]);

/** The values of `type`. */
export const FAULT_TYPES: readonly string[] = faultSchema.options.map(({ shape }) => shape.type.value);

/** A fault as it is ordered. */
export type FaultOrder = z.input<typeof faultSchema>;
/** A fault with all its defaults. */
export type Fault = z.output<typeof faultSchema>;
/** A fault of REST. */
export type RestFault = Extract<Fault, { type: 'rest' }>;
/** A fault on the way of events. */
export type EventFault = Extract<
  Fault,
  { type: 'lose-events' | 'duplicate-events' | 'reorder-events' | 'delay-events' }
>;
/** A captcha that Discord asks for. */
export type CaptchaFault = Extract<Fault, { type: 'captcha' }>;

/** An order that cannot be read; names the field. */
export class OrderError extends Error {
  override readonly name = 'OrderError';
  readonly field: string;

  constructor(field: string, message: string) {
    super(field ? `${field}: ${message}` : message);
    this.field = field;
  }
}

/** Reads any order by a schema. @throws OrderError naming the first wrong field */
export function readOrder<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const extra = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = [...(issue?.path ?? []), ...(extra === undefined ? [] : [extra])].map(String).join('.');
  throw new OrderError(path, issue?.message ?? 'invalid');
}

/** Reads a fault. @throws OrderError */
export function readFault(value: unknown): Fault {
  return readOrder(faultSchema, value);
}

/** An order, how often it still holds, and how many events that fit it has let pass. */
interface Pending<T> {
  readonly fault: T;
  left: number;
  passed: number;
}

/** The faults that wait for their moment. */
export class FaultTable {
  readonly #rest: Pending<RestFault>[] = [];
  readonly #events: Pending<EventFault>[] = [];
  readonly #captchas: Pending<CaptchaFault>[] = [];
  /** Connections to refuse. */
  refusals = 0;
  /** Until when all connections are refused, in the clock's milliseconds. */
  refusesUntil = 0;

  /** Adds a fault of REST. */
  addRest(fault: RestFault): void {
    this.#rest.push({ fault, left: fault.times, passed: 0 });
  }

  /** Adds a captcha. */
  addCaptcha(fault: CaptchaFault): void {
    this.#captchas.push({ fault, left: fault.times, passed: 0 });
  }

  /** Adds a fault of events. */
  addEvent(fault: EventFault): void {
    this.#events.push({ fault, left: fault.times, passed: 0 });
  }

  /** The fault that this request meets, counted down. */
  takeRest(accountId: string | undefined, method: string, path: string): RestFault | undefined {
    return take(this.#rest, ({ account, method: wanted, path: part }) => {
      if (account !== undefined && account !== accountId) return false;
      if (wanted !== undefined && wanted.toUpperCase() !== method) return false;
      return part === undefined || path.includes(part);
    });
  }

  /** True when this request is answered with a captcha, counted down. */
  takeCaptcha(accountId: string | undefined, method: string, path: string): boolean {
    const isInteraction = path === '/interactions';
    const isMessage = /^\/channels\/\d+\/messages$/.test(path);
    if (method !== 'POST' || (!isInteraction && !isMessage)) return false;
    const found = take(this.#captchas, ({ account: whose, on }) => {
      if (whose !== undefined && whose !== accountId) return false;
      return on === 'both' || on === (isInteraction ? 'interactions' : 'messages');
    });
    return found !== undefined;
  }

  /** True when a connection that is made now is refused, counted down. */
  takeRefusal(now: number): boolean {
    if (now < this.refusesUntil) return true;
    if (this.refusals <= 0) return false;
    this.refusals -= 1;
    return true;
  }

  /** The fault that this event meets on its way to an account, counted down. */
  takeEvent(accountId: string, name: string): EventFault | undefined {
    if (this.#events.length === 0) return undefined;
    return take(this.#events, ({ account: whose, event: wanted }) => {
      return (whose === undefined || whose === accountId) && (wanted === undefined || wanted === name);
    });
  }

  /** Forgets all faults. */
  clear(): void {
    this.#rest.length = 0;
    this.#events.length = 0;
    this.#captchas.length = 0;
    this.refusals = 0;
    this.refusesUntil = 0;
  }
}

/** The first order that fits; one that hits only each so-manieth lets the others pass, and the next order may hit them. */
function take<T extends object>(list: Pending<T>[], matches: (fault: T) => boolean): T | undefined {
  const at = list.findIndex((entry) => matches(entry.fault) && isTurn(entry));
  const entry = list[at];
  if (!entry) return undefined;
  entry.left -= 1;
  if (entry.left <= 0) list.splice(at, 1);
  return entry.fault;
}

function isTurn<T extends object>(entry: Pending<T>): boolean {
  const nth = 'every' in entry.fault ? Number(entry.fault.every) : 1;
  entry.passed += 1;
  return entry.passed % nth === 0;
}
