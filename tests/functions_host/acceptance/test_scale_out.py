"""Several instances, and nothing that leads a client back to the one that it knows."""
from support.http_client import request
from support.mcp_client import Session, initialize_body

from .base import AcceptanceTest


class ScaleOut(AcceptanceTest):
    HANDLERS = 3

    def setUp(self):
        super().setUp()
        self.serve()
        self.host = self.start('--scale-out', str(self.HANDLERS))

    def handlers_used(self):
        return {event['handler'] for event in self.host.events('request')}

    def test_what_needs_no_session_works_on_every_instance(self):
        for _ in range(20):
            self.assertEqual(request(self.host.port, 'GET', '/').status, 200)
            self.assertEqual(Session(self.host.port).post(initialize_body()).status, 200)
        self.assertEqual(self.handlers_used(), set(range(self.HANDLERS)))

    def test_sessions_are_one_instances_own_and_404_tells_clients_to_begin_again(self):
        # This is what breaks: an instance knows the sessions that it opened and no other. A client that begins again, as the
        # specification asks it to, gets its answer in the end.
        answers = {200: 0, 404: 0}
        for _ in range(10):
            session, response = Session(self.host.port), None
            while response is None or response.status == 404:
                session.id = session.post(initialize_body()).header('Mcp-Session-Id')
                response = session.send('tools/list')
                answers[response.status] += 1  # any other status is a KeyError
        self.assertEqual(answers[200], 10)
        self.assertGreater(answers[404], 0)

    def test_a_session_that_an_instance_does_not_know_harms_nothing(self):
        session = Session(self.host.port)
        session.id = session.post(initialize_body()).header('Mcp-Session-Id')
        statuses = {session.send('ping').status for _ in range(40)}
        self.assertEqual(statuses, {200, 404})
        self.assertEqual({session.delete().status for _ in range(40)}, {200, 404})
        self.assertEqual(session.send('ping').status, 404)
