/** What Ceph's monitors, storage daemons and clients write alike. */

/** A cephx key of 16 secret bytes: type 1 (AES), no time of making, length, secret, in base64. */
export function encodeCephKey(secret: Buffer): string {
  const head = Buffer.alloc(12);
  head.writeUInt16LE(1, 0);
  head.writeUInt16LE(secret.length, 10);
  return Buffer.concat([head, secret]).toString('base64');
}

/** 16 bytes as the UUID of a cluster. */
export function formatFsid(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
}

/** ceph.conf for all who use the cluster; `monitors` are addresses. A client knows no `fsid`. */
export function renderCephConfig({
  fsid,
  monitors,
}: {
  readonly fsid?: string;
  readonly monitors: readonly string[];
}): string {
  return [
    '[global]',
    ...(fsid === undefined ? [] : [`fsid = ${fsid}`]),
    'auth_cluster_required = cephx',
    'auth_service_required = cephx',
    'auth_client_required = cephx',
    `mon host = ${monitors.join(' ')}`,
    '',
  ].join('\n');
}

/** A keyring with one key; `caps` are the services on which its owner may do everything. */
export function renderKeyring(entity: string, key: string, caps: readonly string[] = []): string {
  const allowed = caps.map((service) => `\tcaps ${service} = "allow *"\n`);
  return `[${entity}]\n\tkey = ${key}\n${allowed.join('')}`;
}
