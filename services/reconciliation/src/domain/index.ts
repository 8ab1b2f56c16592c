export { decide } from './resource/decide.js';
