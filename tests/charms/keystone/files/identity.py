"""Makes true in Keystone what standard input asks for, as JSON, and prints the ids of the projects.

It compares before it writes, so that it changes nothing when it is run again. Nothing is removed but services, with their
endpoints, that it made itself and that are asked for no more.
"""

import json
import sys
import time

from keystoneauth1 import exceptions, session
from keystoneauth1.identity import v3
from keystoneclient.v3 import client

MARK = 'Made by the keystone charm'
PATIENCE_SECONDS = 60


def connect(admin):
    """A client for the API, once it answers."""
    auth = v3.Password(
        auth_url=admin['authUrl'], username='admin', password=admin['password'], project_name='admin',
        user_domain_id='default', project_domain_id='default')
    last_try = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            opened = session.Session(auth=auth, timeout=PATIENCE_SECONDS)
            opened.get_token()
            return client.Client(session=opened, endpoint_override=admin['authUrl'])
        except (exceptions.ConnectFailure, exceptions.DiscoveryFailure, exceptions.HttpServerError):
            if time.monotonic() > last_try:
                raise
            time.sleep(1)


def make_domains(keystone, domains):
    known = {domain.id for domain in keystone.domains.list()}
    for domain in domains:
        if domain['id'] not in known:
            keystone.domains.create(domain['name'], explicit_domain_id=domain['id'])


def make_projects(keystone, domain, names):
    """The ids of all of them, by name."""
    ids = {project.name: project.id for project in keystone.projects.list(domain=domain)}
    for name in names:
        if name not in ids:
            ids[name] = keystone.projects.create(name, domain).id
    return {name: ids[name] for name in names}


def has_password(admin, user, password):
    auth = v3.Password(auth_url=admin['authUrl'], user_id=user.id, password=password, unscoped=True)
    try:
        session.Session(auth=auth, timeout=PATIENCE_SECONDS).get_token()
        return True
    except exceptions.Unauthorized:
        return False


def make_users(keystone, admin, domain, users, projects):
    role = next(role for role in keystone.roles.list() if role.name == 'admin')
    known = {user.name: user for user in keystone.users.list(domain=domain)}
    for wanted in users:
        user = known.get(wanted['username'])
        if user is None:
            user = keystone.users.create(wanted['username'], domain=domain, password=wanted['password'])
        elif not has_password(admin, user, wanted['password']):
            keystone.users.update(user, password=wanted['password'])
        project = projects[wanted['project']]
        if not keystone.role_assignments.list(user=user, project=project, role=role):
            keystone.roles.grant(role, user=user, project=project)


def make_regions(keystone, endpoints):
    known = {region.id for region in keystone.regions.list()}
    for region in {endpoint['region'] for endpoint in endpoints} - known:
        keystone.regions.create(id=region)


def make_catalogue(keystone, endpoints):
    make_regions(keystone, endpoints)
    services = {service.type: service for service in keystone.services.list()}
    for wanted in endpoints:
        if wanted['type'] not in services:
            services[wanted['type']] = keystone.services.create(
                wanted['service'], type=wanted['type'], description=MARK)
    known = {(each.service_id, each.region_id, each.interface): each for each in keystone.endpoints.list()}
    kept = set()
    for wanted in endpoints:
        for interface, url in wanted['urls'].items():
            place = (services[wanted['type']].id, wanted['region'], interface)
            kept.add(place)
            if place not in known:
                keystone.endpoints.create(place[0], url, interface=interface, region=place[1])
            elif known[place].url != url:
                keystone.endpoints.update(known[place], url=url)
    remove_departed(keystone, services.values(), known, kept)


def remove_departed(keystone, services, known, kept):
    ours = {service.id for service in services if getattr(service, 'description', '') == MARK}
    for place, endpoint in known.items():
        if place[0] in ours and place not in kept:
            keystone.endpoints.delete(endpoint)
    for service in ours - {place[0] for place in kept}:
        keystone.services.delete(service)


def main():
    wanted = json.load(sys.stdin)
    admin, domain = wanted['admin'], wanted['domains'][0]['id']
    keystone = connect(admin)
    make_domains(keystone, wanted['domains'])
    projects = make_projects(keystone, domain, wanted['projects'])
    make_users(keystone, admin, domain, wanted['users'], projects)
    make_catalogue(keystone, wanted['endpoints'])
    json.dump(projects, sys.stdout)


if __name__ == '__main__':
    main()
