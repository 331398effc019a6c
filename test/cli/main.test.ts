import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/main.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { fakeParts, SIM_READY, Terminal } from './terminal.ts';

const COMMANDS = ['serve', 'demo', 'sim', 'check', 'init', 'import', 'chat', 'imagine', 'animate'];

describe('cordgate', () => {
  it('has the commands of the contract, each with --help and --json', async () => {
    const io = {
      stdout() {},
      stderr() {},
      stderrIsTerminal: false,
      env: {},
      nextSignal: () => Promise.resolve(),
    };
    const { commands } = createProgram(io, fakeParts(), () => {});
    expect(commands.map((command) => command.name())).toEqual(COMMANDS);
    for (const name of COMMANDS) {
      const { code, stdout } = await new Terminal().run([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain('--json');
    }
  });

  it('tells its version', async () => {
    const { code, stdout } = await new Terminal().run(['--version']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [[]],
    [['srve']],
    [['serve', '--prot', '1']],
    [['serve', '--port', 'eighty']],
    [['serve', '--port', '70000']],
    [['serve', '--log-level', 'loud']],
    [['sim', '--speed', '0']],
    [['serve', 'extra']],
  ])('answers %j with exit code 2 and a message on stderr only', async (args) => {
    const { code, stdout, stderr } = await new Terminal().run(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
  });

  it('suggests the command that was meant', async () => {
    expect((await new Terminal().run(['srve'])).stderr).toContain('Did you mean serve?');
  });

  it('turns a failure into its message, its hint and exit code 1', async () => {
    const parts = fakeParts({
      startSim: () => Promise.reject(new GatewayError('discord_unreachable', 'No network.')),
    });
    const { code, stderr } = await new Terminal().run(['sim'], parts);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'error: No network. (discord_unreachable)\n  -> Check the network and discord.proxy.\n',
    );
  });
});

describe('cordgate sim', () => {
  it('with --json prints exactly the ready line, and ends with 0 at a signal', async () => {
    const terminal = new Terminal();
    const asked: unknown[] = [];
    let closed = 0;
    const startSim = async (options: unknown) => {
      asked.push(options);
      return { ready: SIM_READY, close: async () => void closed++ };
    };
    const ended = terminal.run(['sim', '--port', '0', '--speed', '50', '--json'], fakeParts({ startSim }));
    await terminal.written();
    expect(closed).toBe(0);
    terminal.signal();
    expect(await ended).toEqual({ code: 0, stdout: `${JSON.stringify(SIM_READY)}\n`, stderr: '' });
    expect(asked).toEqual([{ host: '127.0.0.1', port: 0, speed: 50 }]);
    expect(closed).toBe(1);
  });

  it('explains a port that is in use', async () => {
    const busy = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
    const parts = fakeParts({ startSim: () => Promise.reject(busy) });
    const { code, stderr } = await new Terminal().run(['sim'], parts);
    expect(code).toBe(1);
    expect(stderr).toContain('port 9500 of 127.0.0.1 is in use');
  });
});
