"""A class's servers, floating IPs and leases. Run by bulk.sh."""
import concurrent.futures
import datetime
import os
import re
import sys
import time

import openstack

JOBS = int(os.environ['JOBS'])
CREDS = os.path.join(os.environ['OSLAB'], 'creds')
BATCH = 25  # servers in one request: what they are checked against is looked up once
SERVER = re.compile(r'^node-load(\d+)-(xy)?(\d+)$')
LEASE = re.compile(r'^lease-load(\d+)$')
NOTE = 'load test '
T0 = time.time()


def say(*words):
    print('%6.1f s ' % (time.time() - T0), *words, flush=True)


clouds = [openstack.connect(cloud=each) for each in ('student_a', 'student_b', 'ta_c')]
a = clouds[0]
os.environ['OS_CLIENT_CONFIG_FILE'] = os.path.join(CREDS, 'admin.clouds.yaml')
admin = openstack.connect(cloud='admin')
pool = concurrent.futures.ThreadPoolExecutor(JOBS)
project = a.current_project_id
blazar = a.session.get_endpoint(service_type='reservation', interface='public')


def ok(answer):
    if answer.status_code >= 300:
        raise RuntimeError('%s %s: %s' % (answer.status_code, answer.url, answer.text[:500]))
    return answer


def patiently(ask):
    """A busy service answers 500 to what it does a moment later."""
    for _ in range(3):
        answer = ask()
        if answer.status_code < 500:
            break
    return ok(answer)


def servers():
    out, marker = [], None
    while True:
        params = {'limit': 1000}
        if marker:
            params['marker'] = marker
        page = ok(a.compute.get('/servers/detail', params=params)).json()
        out += page['servers']
        if not page.get('servers_links'):
            return [each for each in out if SERVER.match(each['name'])]
        marker = page['servers'][-1]['id']


def number(server):
    first, renamed, i = SERVER.match(server['name']).groups()
    return int(first) if renamed else int(first) + int(i) - 1


def floating_ips():
    found = ok(a.network.get('/floatingips')).json()['floatingips']
    return [each for each in found if each['description'].startswith(NOTE)]


def leases():
    found = ok(a.session.get(blazar + '/leases', raise_exc=False)).json()['leases']
    return [each for each in found if LEASE.match(each['name'])]


def delete():
    gone = servers()
    list(pool.map(lambda each: a.compute.delete('/servers/' + each['id']), gone))
    while servers():
        time.sleep(2)
    list(pool.map(lambda each: a.network.delete('/floatingips/' + each['id']), floating_ips()))
    list(pool.map(
        lambda each: a.session.delete(blazar + '/leases/' + each['id'], raise_exc=False), leases()))
    say('deleted')


def make_servers(wanted):
    there = servers()
    missing = wanted - len(there)
    if missing > 0:
        raise_quotas(wanted)
        start = 1 + max([number(each) for each in there] or [0])
        ask = server_request(start, start + missing)
        list(pool.map(ask, range(start, start + missing, BATCH)))
        say('%d servers asked for' % missing)
    while True:
        there = servers()
        building = sum(1 for each in there if each['status'] == 'BUILD')
        if len(there) >= wanted and building == 0:
            break
        say('%d servers, %d in BUILD' % (len(there), building))
        time.sleep(15)
    # Nova itself names them node-loadFIRST-1, -2 and so on.
    list(pool.map(rename, [each for each in there if not SERVER.match(each['name']).group(2)]))
    return there


def raise_quotas(servers_wanted):
    ok(admin.compute.put('/os-quota-sets/' + project, json={'quota_set': {
        'instances': 100 + servers_wanted, 'cores': 400 + 2 * servers_wanted,
        'ram': 1024000 + 4096 * servers_wanted, 'force': True}}))
    ok(admin.network.put('/quotas/' + project, json={'quota': {
        'port': 500 + servers_wanted, 'floatingip': 50 + servers_wanted}}))


def server_request(start, end):
    flavor = next(each.id for each in a.compute.flavors() if each.name == 'm1.small')
    image = next(each.id for each in a.image.images() if each.name == 'CC-Ubuntu24.04')
    network = next(each.id for each in a.network.networks() if each.name == 'sharednet1')

    def ask(first):
        count = min(BATCH, end - first)
        body = {'server': {
            'name': 'node-load%03d' % first, 'flavorRef': flavor, 'imageRef': image,
            'key_name': 'id_rsa_chameleon', 'networks': [{'uuid': network}],
            'security_groups': [{'name': 'allow-ssh'}], 'min_count': count, 'max_count': count}}
        cloud = clouds[first // BATCH % len(clouds)]
        return patiently(lambda: cloud.compute.post('/servers', json=body))

    return ask


def rename(server):
    i = number(server)
    ok(a.compute.put('/servers/' + server['id'], json={
        'server': {'name': 'node-load%03d-xy%04d' % (i, 1000 + i)}}))


def make_floating_ips(wanted, there):
    held = {each['port_id'] for each in floating_ips()}
    public = next(each.id for each in a.network.networks() if each.name == 'public')
    ports = ok(a.network.get('/ports?fields=id&fields=device_id')).json()['ports']
    port = {each['device_id']: each['id'] for each in ports}
    free = [each for each in there if port.get(each['id']) and port[each['id']] not in held]

    def ask(server):
        body = {'floatingip': {
            'floating_network_id': public, 'port_id': port[server['id']],
            'description': NOTE + server['name']}}
        return patiently(lambda: a.network.post('/floatingips', json=body))

    list(pool.map(ask, free[:max(0, wanted - len(held))]))


def make_leases(wanted):
    """Each an hour of its own some weeks ahead, so that one host is enough for all and none begins meanwhile."""
    numbers = {int(LEASE.match(each['name']).group(1)) for each in leases()}
    begin = (datetime.datetime.utcnow() + datetime.timedelta(days=30)).replace(minute=0)

    def ask(i):
        start = begin + datetime.timedelta(hours=i)
        body = {
            'name': 'lease-load%03d' % i,
            'start_date': start.strftime('%Y-%m-%d %H:%M'),
            'end_date': (start + datetime.timedelta(minutes=50)).strftime('%Y-%m-%d %H:%M'),
            'reservations': [{
                'resource_type': 'physical:host', 'min': 1, 'max': 1,
                'hypervisor_properties': '', 'resource_properties': ''}],
            'events': []}
        return patiently(lambda: a.session.post(blazar + '/leases', json=body, raise_exc=False))

    # One after the other: Blazar plans under one lock.
    for i in range(1, wanted + 1):
        if i not in numbers:
            ask(i)


if sys.argv[1:] == ['--delete']:
    delete()
    sys.exit()
sizes = [int(each) for each in sys.argv[1:]] + [600, 300, 200][len(sys.argv) - 1:]
made = make_servers(sizes[0])
say('%d servers' % len(made))
make_floating_ips(sizes[1], made)
say('%d floating IPs' % len(floating_ips()))
make_leases(sizes[2])
say('%d leases' % len(leases()))
