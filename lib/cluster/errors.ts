/** A text that is no valid corosync.conf, crm syntax or XML. Lines and columns count from 1. */
export class ClusterSyntaxError extends Error {
  override readonly name = 'ClusterSyntaxError';
  /** What was read: `corosync.conf`, `crm syntax`, `CIB`, `crm_mon output` ... */
  readonly source: string;
  readonly problem: string;
  readonly line: number;
  readonly column: number;

  constructor(source: string, problem: string, at: {readonly line: number; readonly column: number}) {
    super(`${source}, line ${at.line}, column ${at.column}: ${problem}`);
    this.source = source;
    this.problem = problem;
    this.line = at.line;
    this.column = at.column;
  }
}

/** A value that a CIB can not carry: a control character in an attribute. `where` names it; the value is not shown. */
export class UnprintableValueError extends Error {
  override readonly name = 'UnprintableValueError';
  readonly where: string;

  constructor(where: string) {
    super(`${where} holds a control character, which a CIB can not carry`);
    this.where = where;
  }
}

/** A value that corosync.conf can not carry: it would begin another line or section. The value is not shown. */
export class CorosyncValueError extends Error {
  override readonly name = 'CorosyncValueError';
  /** Section and key, for example `totem.cluster_name`. */
  readonly where: string;

  constructor(where: string) {
    super(`${where} can not stand in corosync.conf: no braces, no new lines, no blanks at its ends`);
    this.where = where;
  }
}
