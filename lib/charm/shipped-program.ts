import type {ShippedFile, WantedFile} from './desired.ts';

/** A program of the charm that others than Juju start. */
export interface ShippedProgramOptions {
  /** Where it and its runtime go; nobody else puts anything there. */
  readonly folder: string;
  /** Its name there. */
  readonly name: string;
  /** Relative to the folder of the packed charm. */
  readonly source: string;
  readonly launcher: {
    readonly path: string;
    /** What people read who find it. */
    readonly comment: string;
    /** Lines of sh that say that the runtime is missing; then the launcher fails. */
    readonly complain: string;
  };
}

/**
 * The files of a program that others than Juju start: it, its runtime, and a launcher. None of it is in the charm's folder: that is half
 * written while Juju upgrades the charm, and the program may be needed just then. Links keep the old files until the first hook
 * of the new charm replaces them one by one, each at once. Any of a charm's programs runs on any of its runtimes.
 */
export function getShippedProgram({
  folder,
  name,
  source,
  launcher,
}: ShippedProgramOptions): readonly (WantedFile | ShippedFile)[] {
  const runtime = `${folder}/node`;
  const program = `${folder}/${name}`;
  return [
    {path: runtime, source: 'bin/node'},
    {path: program, source},
    // Last: it is there when what it starts is.
    {path: launcher.path, content: getLauncher(runtime, program, launcher), mode: 0o755},
  ];
}

/** Certificates are those that the machine trusts, so that operators can add their own to them. */
function getLauncher(runtime: string, program: string, launcher: ShippedProgramOptions['launcher']): string {
  return `#!/bin/sh
# ${launcher.comment}
if [ ! -x ${runtime} ]; then
  ${launcher.complain}
  exit 1
fi
export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
exec ${runtime} ${program} "$@"
`;
}
