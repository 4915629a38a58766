import { expect, test } from 'vitest'
import { openSslVersion } from './openssl.js'
import { runProgram } from '../program.ts'

test('ends with 0 and tells of every exchange and of one handshake', async () => {
  const { code, stdout, stderr } = await runProgram('main-job', [])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(stdout).toMatch(/our client fetches from node:https/)
  expect(stdout).toMatch(/node:https \S+ fetches from our server/)
  const pairs = openSslVersion() === undefined ? 2 : 4
  expect(stdout.match(/^ {2}resumed +no +yes$/gm)).toHaveLength(pairs)
  expect(stdout.match(/^ {2}chain +ok/gm)).toHaveLength(pairs)
  for (const step of ['ClientHello', 'ServerHello', '{CertificateVerify', '{Finished', '[data', '[alert close_notify]'])
    expect(stdout).toContain(step)
  expect(stdout).toMatch(/All exchanges succeeded/)
  // A pipe has no colours.
  expect(stdout).not.toContain('\u001b')
})

test('does its half without openssl, and says so', async () => {
  const { code, stdout } = await runProgram('main-job', [], { ...process.env, PATH: '' })
  expect(code).toBe(0)
  expect(stdout).toMatch(/There is no openssl program/)
  expect(stdout).not.toMatch(/s_server/)
  expect(stdout.match(/^ {2}resumed +no +yes$/gm)).toHaveLength(2)
})
