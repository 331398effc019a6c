import type { SimApplication, SimInteraction } from '../../applications.ts';
import { makeCommands } from './commands.ts';

/** Another application with a command of the same name, for clients that go by the name alone. */
export class Rival implements SimApplication {
  readonly id: string;
  readonly name = 'Create Anything';
  readonly commands: SimApplication['commands'];

  constructor(newId: () => string) {
    this.id = newId();
    this.commands = makeCommands(newId).filter(({ name }) => name === 'create');
  }

  /** Answers like something that is no video. */
  handle(interaction: SimInteraction): void {
    interaction.succeed();
    interaction.reply({ content: 'Created a new note.', withNonce: true });
  }
}
