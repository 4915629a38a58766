import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mqttStream } from '@typetls/node-adapter/agents'
import { MqttClient } from 'mqtt'
import { freePort } from './processes.js'
import { Program } from './program.js'

const mosquitto = new Program('mosquitto')

export default {
  name: 'Mosquitto',
  packages: ['mosquitto'],
  programs: [mosquitto],

  async start({ directory, tls, processes }) {
    const port = await freePort()
    const config = join(directory, 'mosquitto.conf')
    writeFileSync(
      config,
      `listener ${port} 127.0.0.1
allow_anonymous true
cafile ${tls.caFile}
certfile ${tls.certFile}
keyfile ${tls.keyFile}
require_certificate true
use_identity_as_username true
`,
    )
    await processes.serve(mosquitto, ['-c', config], [port])
    return { port }
  },

  checks: [
    [
      'mqtt',
      'mqttStream: a client certificate, a megabyte there and back',
      async ({ port, tls }) => {
        const client = new MqttClient(mqttStream({ ca: tls.ca, ...tls.client }), { host: 'localhost', port })
        await new Promise((resolve, reject) => client.once('connect', resolve).once('error', reject))
        await client.subscribeAsync('things', { qos: 1 })
        const heard = new Promise((resolve) => client.once('message', (_topic, payload) => resolve(payload)))
        const large = Buffer.alloc(1 << 20, 'x')
        await client.publishAsync('things', large, { qos: 1 })
        assert.ok(large.equals(await heard))
        await client.endAsync()
      },
    ],
  ],
}
