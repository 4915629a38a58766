import { accessSync, constants, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A program of a server: where `directories` says, on the PATH, or in /usr/sbin. */
export class Program {
  constructor(name, directories = () => []) {
    this.name = name
    this.directories = directories
  }

  exists() {
    return this.path() !== undefined
  }

  path() {
    const directories = [...this.directories(), ...(process.env.PATH ?? '').split(':'), '/usr/sbin']
    return directories.map((directory) => join(directory, this.name)).find(isExecutable)
  }
}

/** Where Debian keeps the programs of each version of PostgreSQL. */
export function postgresqlDirectories() {
  try {
    return readdirSync('/usr/lib/postgresql').map((version) => join('/usr/lib/postgresql', version, 'bin'))
  } catch {
    return []
  }
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
