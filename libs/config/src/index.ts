export { address, flag, integer, integerAmong, name, oneOf, path, port, text } from './kinds.js';
export { ConfigurationError, type ConfigurationMistake, type Environment, loadConfiguration } from './load.js';
export { PlatformConfiguration } from './platform-configuration.js';
export { type DocumentedConfiguration, renderConfiguration } from './render.js';
export { type ConfigurationClass, type Kind, Setting, type SettingOptions, settingsOf } from './setting.js';
