import type { ApplicationCommand } from '../../core/interaction.ts';
import { MIDJOURNEY_ID, NIJI_ID } from './options.ts';

type Row = readonly [name: string, id: string, version: string];

/** As they were last seen; source: reference of the wire protocol, "Command ids and versions". */
const MIDJOURNEY: readonly Row[] = [
  ['imagine', '938956540159881230', '1237876415471554623'],
  ['blend', '1062880104792997970', '1237876415471554624'],
  ['describe', '1092492867185950852', '1237876415471554625'],
  ['shorten', '1121575372539039774', '1247736572414001223'],
  ['show', '1169435442328911902', '1247736572414001224'],
  ['info', '972289487818334209', '1237876415735660565'],
  ['fast', '972289487818334212', '1237876415735660572'],
  ['relax', '972289487818334213', '1237876415735660573'],
  ['settings', '1000850743479255081', '1493662068581077053'],
];
const NIJI: readonly Row[] = [
  ['imagine', '1023054140580057099', '1248805223892254774'],
  ['blend', '1061216934374424697', '1248805223892254775'],
  ['describe', '1092683500743831652', '1248805223892254776'],
  ['shorten', '1121575453916942376', '1248805223892254777'],
  ['show', '1023054140580057101', '1248805223892254781'],
  ['info', '1023054140580057102', '1248805223892254782'],
  ['fast', '1023054140580057107', '1248805223925940261'],
  ['relax', '1023054140634579024', '1248805223925940262'],
  ['settings', '1023054140634579025', '1493662157915684906'],
];

/** The commands of the public bots, for places behind mirrors that know no index of commands. */
export const PUBLIC_COMMANDS: readonly ApplicationCommand[] = [
  ...MIDJOURNEY.map((row) => commandOf(MIDJOURNEY_ID, row)),
  ...NIJI.map((row) => commandOf(NIJI_ID, row)),
];

function commandOf(application_id: string, [name, id, version]: Row): ApplicationCommand {
  return { id, application_id, version, name, type: 1 };
}
