/** What a callback of the shim throws because the command line told it to: BoringSSL's name is the message. */
export class Refusal extends Error {}

/** An expectation of the command line did not hold, or a bug of the shim: never an expected failure. */
export class Unexpected extends Error {}
