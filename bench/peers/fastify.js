// Fastify 5 set well: a cluster, named statements, schemas for bodies and answers.
const { SQL, SECRET, OWNER, pool: open, listed, clustered } = require('./node_common.js');

clustered(() => {
  const pool = open();
  const app = require('fastify')({ logger: false });
  app.register(require('@fastify/jwt'), { secret: SECRET });
  const text = { type: 'string' };
  const maybe = { type: ['string', 'null'] };
  const time = { type: ['string', 'null'], format: 'date-time' };
  const object = { type: ['object', 'null'], additionalProperties: true };
  const summary = {
    id: text, kind: text, title: text, project_id: maybe, owner_id: maybe, state: text,
    progress: { type: 'number' }, current_step: maybe, attempt: { type: 'integer' },
    created_at: time, started_at: time, finished_at: time, deadline_at: time,
    failure: object, next_seq: { type: 'integer' },
  };
  const listing = {
    type: 'object',
    properties: {
      items: { type: 'array', items: { type: 'object', properties: summary } },
      total: { type: 'integer' },
    },
  };
  const whole = { type: 'object', properties: { ...summary, parameters: object, result: object } };
  const onRequest = async (req, reply) => {
    try {
      await req.jwtVerify();
    } catch {
      reply.code(401).send({});
    }
  };
  app.get('/health', async () => ({}));
  const querystring = {
    type: 'object',
    properties: {
      limit: { type: 'integer', default: 50, maximum: 100 },
      offset: { type: 'integer', default: 0 },
    },
  };
  app.get('/projects/:project/jobs', { onRequest, schema: { querystring, response: { 200: listing } } }, (req) =>
    listed(pool, req.params.project, req.query.limit, req.query.offset),
  );
  app.get('/jobs/:id', { onRequest, schema: { response: { 200: whole } } }, async (req, reply) => {
    const { rows } = await pool.query({ name: 'one', text: SQL.one, values: [req.params.id] });
    if (rows[0]) return rows[0];
    reply.code(404);
    return {};
  });
  const body = {
    type: 'object',
    required: ['kind', 'title', 'project_id'],
    properties: {
      kind: { ...text, maxLength: 40 },
      title: { ...text, minLength: 1, maxLength: 200 },
      project_id: { ...text, format: 'uuid' },
      parameters: { type: 'object', default: {} },
    },
  };
  app.post('/jobs', { onRequest, schema: { body, response: { 201: whole } } }, async (req, reply) => {
    const { kind, title, project_id, parameters } = req.body;
    const values = [OWNER, project_id, kind, title, parameters];
    const { rows } = await pool.query({ name: 'insert', text: SQL.insert, values });
    reply.code(201);
    return rows[0];
  });
  app.listen({ port: +process.env.PORT, host: '127.0.0.1' });
});
