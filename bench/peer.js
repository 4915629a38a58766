// A process of its own for one stack: answers the calls of `peer-process.js` with the functions of `peers/`.
import { loadStack } from './stacks.js'
import * as bulk from './peers/bulk.js'
import * as handshakes from './peers/handshakes.js'
import * as https from './peers/https.js'
import * as idle from './peers/idle.js'
import * as roundTrips from './peers/round-trips.js'
import { resources } from './peers/resources.js'

const functions = { ...bulk, ...handshakes, ...https, ...idle, ...roundTrips, resources }

let stack
process.on('message', ({ id, name, argument }) => {
  answer(name, argument).then(
    (result) => process.send({ id, result }),
    (error) => process.send({ id, error: String(error?.stack ?? error) }),
  )
})
// Whoever started us is gone, or done with us.
process.on('disconnect', () => process.exit())

async function answer(name, argument) {
  if (name !== 'start') return functions[name](stack, argument)
  stack = await loadStack(argument)
}
