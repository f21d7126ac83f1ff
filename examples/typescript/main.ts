import { fitLine } from './pipeline.ts';

const { slope, offset, loss } = await fitLine();
console.log(`y = ${slope.toFixed(2)} x + ${offset.toFixed(2)}, loss ${loss.toFixed(4)}`);
