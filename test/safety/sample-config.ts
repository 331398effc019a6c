/** A configuration in which most keys are set. */
export const SAMPLE = {
  server: {
    host: '127.0.0.1',
    port: 8092,
    allowIps: ['10.0.0.0/8'],
    trustProxies: ['127.0.0.1'],
    bodyLimitMb: 4,
    limits: { requestsPerMinute: 60, addressPerMinute: 60, failedKeysPerMinute: 5, streams: 10 },
  },
  auth: {
    keys: [{ key: 'sk-sample-key', name: 'sample', bots: ['*'], admin: true, requestsPerMinute: 5 }],
    anonymous: { bots: ['coze'] },
  },
  discord: { proxy: null },
  accounts: [
    { id: 'bridge', kind: 'bot', token: 'token-of-bridge' },
    { id: 'alice', kind: 'user', token: 'token-of-alice', dailyLimit: 5 },
  ],
  bots: [
    {
      id: 'coze',
      driver: 'coze',
      listen: 'bridge',
      send: ['bridge'],
      guildId: '1100000000000000000',
      botUserId: '1100000000000000001',
      models: ['gpt-4o'],
    },
    {
      id: 'midjourney',
      driver: 'midjourney',
      models: ['midjourney'],
      rooms: [
        {
          account: 'alice',
          guildId: '1100000000000000000',
          channelId: '1100000000000000002',
          concurrency: 3,
          queue: 10,
        },
      ],
    },
  ],
  store: { driver: 'memory' },
  webhooks: { secret: 'whsec-sample', operator: null, allowPrivate: [] },
};
