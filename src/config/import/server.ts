import { isNetwork } from '../fields.ts';
import type { Ledger } from './ledger.ts';
import { type Line, paragraphs } from './page.ts';
import { type Keys, switchOf, textOf } from './scalars.ts';
import { numberOf } from './shared.ts';
import type { Tls } from './tls.ts';

const NO_KEY =
  'The Bridge listened on every address (0.0.0.0). No bot here has a key, and cordgate does not open itself to everyone unasked: it listens on this machine only. Add a key under auth.keys, or say open: true there, and set host: 0.0.0.0.';
const HTTP_OFF =
  'APIPort: 0 switched HTTP off and left HTTPS. As long as there is no tls, HTTP has to stay on, so it listens on this machine only: put a server with HTTPS in front of it. Once HTTPS works, set host: 0.0.0.0 and port: 0.';

/** Section `server` from API*. */
export function serverLines(keys: Keys, tls: Tls, hasKeys: boolean, ledger: Ledger): Line[] {
  const port = numberOf(keys, 'APIPort', { lowest: 0, highest: 65_535, fallback: 8092 }, ledger);
  const isOff = port.value === 0;
  const reasons = [hasKeys ? '' : NO_KEY, isOff ? HTTP_OFF : ''].filter((reason) => reason !== '');
  for (const reason of reasons) ledger.note(reason);
  const host: Line =
    reasons.length === 0
      ? { key: 'host', value: '0.0.0.0', beside: 'every address, as the Bridge did' }
      : { key: 'host', value: '127.0.0.1', ...paragraphs(...reasons) };
  return [
    host,
    { key: 'port', ...(isOff ? { value: 8092, beside: 'APIPort was 0, see above' } : port) },
    ...tls.lines,
    { ...allowLine(keys, ledger), ...paragraphs(tls.remark) },
  ];
}

/** API_IP_WhiteList and its list. A list that is on but names nobody must not become one that lets everybody in. */
function allowLine(keys: Keys, ledger: Ledger): Line {
  const isOn = switchOf(keys.text('API_IP_WhiteList')) !== 'off';
  const entries = entriesOf(keys.take('API_IP_WhiteList_IPs'));
  const usable = entries.filter(isNetwork);
  const unusable = entries.filter((entry) => !isNetwork(entry)).map((entry) => ledger.show(entry));
  if (!isOn) {
    const was = usable.length === 0 ? '' : ` (its list: ${usable.join(', ')})`;
    return { key: 'allowIps', value: [], beside: `API_IP_WhiteList was off${was}: everyone may connect` };
  }
  if (unusable.length > 0) {
    ledger.note(`API_IP_WhiteList_IPs: ${unusable.join(', ')} is no address and was left out.`);
  }
  if (usable.length > 0) return { key: 'allowIps', value: usable, beside: 'API_IP_WhiteList_IPs' };
  const note =
    'API_IP_WhiteList was on without any address, so nobody could connect: this machine alone may now.';
  return { key: 'allowIps', value: ['127.0.0.1', '::1'], beside: ledger.note(note) };
}

function entriesOf(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : textOf(value).split(/[,，\s]+/);
  return list.map(textOf).filter((entry) => entry !== '');
}
