import {gzipSync} from 'node:zlib';

import {buildImage} from '../guest/image.ts';
import {CONTROL, type Deployment} from './deployment.ts';
import type {Stage} from './stage.ts';

export const IMAGE = 'numbers';
export const FLAVOR = 'tiny';

/** Minutes of writing before the journal of a guest goes round, of which it must keep what was written before a failure: an hour. */
const MEBIBYTES = 16;

const INSTALL =
  'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends ' +
  'curl python3-openstackclient python3-masakariclient >/dev/null';

/** What an operator installs beside the control plane; the API's own client needs it too. */
export async function installClient({room}: Deployment): Promise<void> {
  const {exitCode, stderr} = await room.run(CONTROL, ['sh', '-ec', INSTALL], {timeoutMs: 600_000});
  if (exitCode !== 0)
    throw new Error(`the openstack command cannot be installed on machine ${CONTROL}: ${stderr.trim()}`);
}

/** What every story needs and an OpenStack that was just deployed lacks: an image and a flavor. */
export async function prepareGround(stage: Stage): Promise<void> {
  if (!(await stage.cloud.hasFlavor(FLAVOR))) {
    await stage.step(
      'A flavor for guests that need next to nothing.',
      `openstack flavor create --ram 64 --disk 0 --vcpus 1 ${FLAVOR} -c name -c ram -c disk`,
    );
  }
  if (await stage.cloud.hasImage(IMAGE)) return;
  await sendImage(stage.deployment);
  await stage.step(
    'An image whose guest writes numbered blocks to its disk: what it has written tells later whether anything was lost or written twice.',
    `openstack image create --disk-format raw --container-format bare --property hw_disk_bus=ide --file /root/${IMAGE}.img ${IMAGE} -c name -c status -c size`,
  );
}

async function sendImage({room}: Deployment): Promise<void> {
  const {exitCode, stderr} = await room.run(CONTROL, ['sh', '-ec', `base64 --decode | gunzip >/root/${IMAGE}.img`], {
    stdin: gzipSync(buildImage(MEBIBYTES)).toString('base64'),
  });
  if (exitCode !== 0) throw new Error(`the image cannot be put on machine ${CONTROL}: ${stderr.trim()}`);
}
