import { readFileSync } from 'node:fs';
import { openFilledCluster } from './cluster.js';
import { contestants, startContestant } from './contestants.js';
import { sendRequests } from './load.js';
import { shapeOfEntries } from './shape.js';
import { workloads } from './workloads.js';
const kinds=(process.argv[2]??'latest').split(',');
const shape=shapeOfEntries(10000);
const cluster=await openFilledCluster(shape);
const servers={};
for(const n of ['ours','before']) { servers[n]=await startContestant(contestants[n],cluster.url); }
const { execSync }=await import('node:child_process');
const pids=execSync("pgrep -f 'dist/main.js'").toString().trim().split('\n').map(Number);
const pidOf=dir=>pids.find(p=>{try{return readFileSync(`/proc/${p}/cmdline','utf8'`.replace("','utf8'",''),'utf8').includes(dir+'/dist/main.js')}catch{return false}});
const P={ours:pidOf('/work/main'),before:pidOf('/work/wt/before')};
const cpu=p=>{const f=readFileSync(`/proc/${p}/stat`,'utf8').split(') ')[1].split(' ');return (Number(f[11])+Number(f[12]))*10000;};
for(const kind of kinds){ const res={ours:[],before:[]};
 for(const n of ['ours','before']) await sendRequests({shape,connections:32,seconds:4,seed:0,url:servers[n].url,kind,query:workloads[kind].query});
 for(let r=1;r<=8;r++) for(const n of r%2?['ours','before']:['before','ours']){ const c0=cpu(P[n]); const x=await sendRequests({shape,connections:32,seconds:2,seed:r,url:servers[n].url,kind,query:workloads[kind].query}); res[n].push((cpu(P[n])-c0)/x.requests); }
 const med=a=>a.sort((x,y)=>x-y)[a.length>>1];
 console.log(kind,'cpu us/request ours',med(res.ours).toFixed(1),'before',med(res.before).toFixed(1),'ratio',(med(res.ours)/med(res.before)).toFixed(3));
}
for(const n in servers) await servers[n].stop(); await cluster.close(); process.exit(0);
