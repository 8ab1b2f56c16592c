export { connectForTest, destroyForTest, provisionForTest, testPrefix } from './nats.js';
