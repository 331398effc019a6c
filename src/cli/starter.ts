import { childShape, resolve, rootShape, type Shape } from '../config/shape.ts';

/** The environment variables that the starter file names, and what they hold. */
export const STARTER_VARIABLES: Readonly<Record<string, string>> = {
  CORDGATE_KEY: 'the API key that your clients will send; make one up, 32 characters or more',
  BRIDGE_BOT_TOKEN: 'token of your own Discord bot (Developer Portal, page Bot)',
  COZE_GUILD_ID: 'id of the guild (server) in which both bots are',
  COZE_BOT_USER_ID: 'user id of the Coze bot',
};

/** `#@path` is replaced by the description of that key in the schema, so that file and schema cannot disagree. */
const TEMPLATE = `# cordgate.yaml: the configuration of cordgate. Every key is described in docs/configuration.md.
# \${NAME} and \${NAME:-default} come from the environment, or from a file .env beside this one.
# Every key can also be set by a variable: server.port is CORDGATE_SERVER_PORT.

server:                               #@server
  host: 127.0.0.1                     #@server.host
  port: 8092                          #@server.port
  # publicUrl: https://gw.example.org #@server.publicUrl
  # allowIps: [10.0.0.0/8]            #@server.allowIps

auth:                                 #@auth
  keys:
    - key: "\${CORDGATE_KEY}"          #@auth.keys.0.key
      name: main                      #@auth.keys.0.name
      bots: ["*"]                     #@auth.keys.0.bots
      # admin: true                   #@auth.keys.0.admin
  # anonymous: { bots: [] }           #@auth.anonymous

# discord:
#   proxy: socks5://user:pass@host:1080   #@discord.proxy

accounts:                             #@accounts
  # Your own Discord bot. It needs the MESSAGE CONTENT intent (Developer Portal, page Bot) and, in the guild, the
  # permissions View Channels, Send Messages, Read Message History, Attach Files and Manage Channels.
  - id: bridge                        #@accounts.0.id
    kind: bot                         #@accounts.0.kind
    token: "\${BRIDGE_BOT_TOKEN}"      #@accounts.0.token
    # dailyLimit: 200                 #@accounts.0.dailyLimit
  # To draw with Midjourney it takes a person's account: Discord lets no bot give commands to a bot. Automating one is
  # against Discord's terms and Midjourney's, and such accounts are closed at times: use one that you can do without.
  # - id: alice
  #   kind: user
  #   token: "\${ALICE_TOKEN}"

bots:                                 #@bots
  - id: coze                          #@bots.0.id
    driver: coze                      #@bots.0.driver
    listen: bridge                    #@bots.0.listen
    send: [bridge]                    #@bots.0.send
    guildId: "\${COZE_GUILD_ID}"       #@bots.0.guildId
    # categoryId: "..."               #@bots.0.categoryId
    botUserId: "\${COZE_BOT_USER_ID}"  #@bots.0.botUserId
    models: [gpt-4o]                  #@bots.0.models
    # idleMs: 10000                   #@bots.0.idleMs
    # deadlineMs: 300000              #@bots.0.deadlineMs
    # longPrompt: file                #@bots.0.longPrompt
    # maxChannels: 50                 #@bots.0.maxChannels
    # keepalive: { everyMinutes: 60 } #@bots.0.keepalive
  # - id: midjourney
  #   driver: midjourney
  #   models: [midjourney]
  #   rooms:                          #@bots.0.rooms
  #     - account: alice              #@bots.0.rooms.0.account
  #       guildId: "..."              #@bots.0.rooms.0.guildId
  #       channelId: "..."            #@bots.0.rooms.0.channelId
  #       concurrency: 3              #@bots.0.rooms.0.concurrency
  #   timeoutMinutes: 10              #@bots.0.timeoutMinutes
  #   bannedWords: ./banned-words.txt #@bots.0.bannedWords

store:                                #@store
  driver: sqlite                      #@store.driver
  path: ./data/cordgate.db            #@store.path

log:                                  #@log
  level: info                         #@log.level
`;

function describe(path: string): string {
  const shape = path
    .split('.')
    .reduce<Shape>(
      (parent, step) => childShape(parent, /^\d+$/.test(step) ? Number(step) : step) ?? {},
      rootShape,
    );
  return shape.description ?? resolve(shape).description ?? '';
}

/** The commented configuration that `cordgate init` writes. It loads as soon as `STARTER_VARIABLES` are set. */
export function starterFile(): string {
  return TEMPLATE.replaceAll(/#@([\w.]+)/g, (_, path: string) => `# ${describe(path)}`);
}
