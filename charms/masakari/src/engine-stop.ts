import type {WantedFile} from '#charm';

import {FOLDER} from './alert/paths.ts';

/** Waits for the end of recoveries. */
export const ENGINE_STOP = `${FOLDER}/engine-stop`;

/** Has systemd run it before it stops the engine, whoever asks for that: this charm, an operator, or an upgrade of the package. */
export const ENGINE_STOP_OVERRIDE = '/etc/systemd/system/masakari-engine.service.d/stop.conf';

/** So long the program waits at most, in seconds; a stop that is ordered takes no longer because of it. */
export const ENGINE_STOP_S = 300;

/** A recovery that is under way for longer, in seconds, lost its engine: it stays so until Masakari lets it expire, after a day. */
const ABANDONED_S = 3600;

/** systemd's limit, above that of the program, which begins by reading Masakari's configuration. */
const LIMIT_S = ENGINE_STOP_S + 60;

/**
 * An engine that is stopped leaves what it recovers at once (service.py: the RPC server is stopped, and nothing waits for what it runs; seen
 * with 14.0.2), and no other takes it up: the notification stays `running`, its guests stay where they were, and its segment can not
 * be changed for a day (`notifications_expired_interval`). Which engine recovers what is not written anywhere, so each waits for all.
 * It reads the table by Masakari's own means: the API may be what is just being changed.
 */
const PROGRAM = `#!/usr/bin/python3
# Written by the masakari charm. Lets the engine finish what it recovers before it is stopped.
import os
import sys
import time

# The engine has ended by itself: there is nothing to wait for. Only systemd says so, by an empty variable.
if not os.environ.get('MAINPID'):
    sys.exit(0)


def read_running():
    since = timeutils.utcnow(with_timezone=True) - datetime.timedelta(seconds=${String(ABANDONED_S)})
    found = objects.NotificationList.get_all(context.get_admin_context(), filters={'status': 'running'})
    return [one.notification_uuid for one in found if (one.updated_at or one.created_at) > since]


try:
    import datetime

    import masakari.conf
    from masakari import config
    from masakari import context
    from masakari import objects
    from masakari.db.sqlalchemy import api as database
    from oslo_utils import timeutils

    config.parse_args(sys.argv[:1], configure_db=False, init_rpc=False)
    # A database that is away does not hold up the stop.
    masakari.conf.CONF.set_override('max_retries', 0, 'database')
    database.configure(masakari.conf.CONF)
    objects.register_all()
    end = time.monotonic() + ${String(ENGINE_STOP_S)}
    told = []
    while True:
        running = read_running()
        if not running:
            break
        if running != told:
            print('waiting for the end of ' + ', '.join(running), file=sys.stderr)
            told = running
        if time.monotonic() > end:
            print('they have not ended within ${String(ENGINE_STOP_S)} s: the engine is stopped in the middle of them', file=sys.stderr)
            break
        time.sleep(1)
except Exception as error:
    # Only the kind: texts of the database may hold its password.
    print('whether anything is being recovered can not be read: ' + type(error).__name__, file=sys.stderr)
`;

/** What the program ends with does not matter to systemd ("-"): the engine stops all the same. */
const OVERRIDE = `# Written by the masakari charm.
[Service]
ExecStop=-${ENGINE_STOP}
TimeoutStopSec=${String(LIMIT_S)}
`;

/** They are there whatever is known of the configuration: without one there is nothing to be waited for. */
export function getEngineStopFiles(): readonly WantedFile[] {
  return [
    {path: ENGINE_STOP, content: PROGRAM, mode: 0o755},
    {path: ENGINE_STOP_OVERRIDE, content: OVERRIDE},
  ];
}
