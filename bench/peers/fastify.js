// Fastify 5 set well: a cluster, named statements, schemas for bodies and answers.
const { SQL, SECRET, OWNER, pool: open, listed, clustered } = require('./node_common.js');

clustered(() => {
  const pool = open();
  const app = require('fastify')({ logger: false });
  app.register(require('@fastify/jwt'), { secret: SECRET });
  const text = { type: 'string' };
  const maybe = { type: ['string', 'null'] };
  const time = { type: ['string', 'null'], format: 'date-time' };
  const number = { type: ['number', 'null'] };
  const summary = {
    id: text, project_id: text, number: { type: 'integer' }, title: text, status: text,
    priority: text, assignee_id: maybe, due_date: time, estimate: number, parent_id: maybe,
    position: text, created_by: text, created_at: time, updated_at: time, completed_at: time,
    version: { type: 'integer' },
  };
  const listing = {
    type: 'object',
    properties: {
      items: { type: 'array', items: { type: 'object', properties: summary } },
      total: { type: 'integer' },
    },
  };
  const whole = { type: 'object', properties: { ...summary, description: text, description_html: text } };
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
  app.get('/projects/:project/tasks', { onRequest, schema: { querystring, response: { 200: listing } } }, (req) =>
    listed(pool, req.params.project, req.query.limit, req.query.offset),
  );
  app.get('/tasks/:id', { onRequest, schema: { response: { 200: whole } } }, async (req, reply) => {
    const { rows } = await pool.query({ name: 'one', text: SQL.one, values: [req.params.id] });
    if (rows[0]) return rows[0];
    reply.code(404);
    return {};
  });
  const body = {
    type: 'object',
    required: ['title', 'project_id'],
    properties: {
      title: { ...text, minLength: 1, maxLength: 255 },
      project_id: { ...text, format: 'uuid' },
    },
  };
  app.post('/tasks', { onRequest, schema: { body, response: { 201: whole } } }, async (req, reply) => {
    const { title, project_id } = req.body;
    const values = [project_id, title, OWNER];
    const { rows } = await pool.query({ name: 'insert', text: SQL.insert, values });
    reply.code(201);
    return rows[0];
  });
  app.listen({ port: +process.env.PORT, host: '127.0.0.1' });
});
