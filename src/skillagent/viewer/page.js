"use strict";(()=>{var ss=Object.create;var or=Object.defineProperty;var ls=Object.getOwnPropertyDescriptor;var ds=Object.getOwnPropertyNames;var us=Object.getPrototypeOf,cs=Object.prototype.hasOwnProperty;var sr=(a,n)=>()=>{try{return n||a((n={exports:{}}).exports,n),n.exports}catch(t){throw n=0,t}};var hs=(a,n,t,e)=>{if(n&&typeof n=="object"||typeof n=="function")for(let r of ds(n))!cs.call(a,r)&&r!==t&&or(a,r,{get:()=>n[r],enumerable:!(e=ls(n,r))||e.enumerable});return a};var $e=(a,n,t)=>(t=a!=null?ss(us(a)):{},hs(n||!a||!a.__esModule?or(t,"default",{value:a,enumerable:!0}):t,a));var rt=sr((_f,ia)=>{"use strict";var at=typeof Reflect=="object"?Reflect:null,Er=at&&typeof at.apply=="function"?at.apply:function(n,t,e){return Function.prototype.apply.call(n,t,e)},sn;at&&typeof at.ownKeys=="function"?sn=at.ownKeys:Object.getOwnPropertySymbols?sn=function(n){return Object.getOwnPropertyNames(n).concat(Object.getOwnPropertySymbols(n))}:sn=function(n){return Object.getOwnPropertyNames(n)};function Xs(a){console&&console.warn&&console.warn(a)}var Rr=Number.isNaN||function(n){return n!==n};function te(){te.init.call(this)}ia.exports=te;ia.exports.once=Ks;te.EventEmitter=te;te.prototype._events=void 0;te.prototype._eventsCount=0;te.prototype._maxListeners=void 0;var wr=10;function ln(a){if(typeof a!="function")throw new TypeError('The "listener" argument must be of type Function. Received type '+typeof a)}Object.defineProperty(te,"defaultMaxListeners",{enumerable:!0,get:function(){return wr},set:function(a){if(typeof a!="number"||a<0||Rr(a))throw new RangeError('The value of "defaultMaxListeners" is out of range. It must be a non-negative number. Received '+a+".");wr=a}});te.init=function(){(this._events===void 0||this._events===Object.getPrototypeOf(this)._events)&&(this._events=Object.create(null),this._eventsCount=0),this._maxListeners=this._maxListeners||void 0};te.prototype.setMaxListeners=function(n){if(typeof n!="number"||n<0||Rr(n))throw new RangeError('The value of "n" is out of range. It must be a non-negative number. Received '+n+".");return this._maxListeners=n,this};function Ar(a){return a._maxListeners===void 0?te.defaultMaxListeners:a._maxListeners}te.prototype.getMaxListeners=function(){return Ar(this)};te.prototype.emit=function(n){for(var t=[],e=1;e<arguments.length;e++)t.push(arguments[e]);var r=n==="error",i=this._events;if(i!==void 0)r=r&&i.error===void 0;else if(!r)return!1;if(r){var o;if(t.length>0&&(o=t[0]),o instanceof Error)throw o;var s=new Error("Unhandled error."+(o?" ("+o.message+")":""));throw s.context=o,s}var l=i[n];if(l===void 0)return!1;if(typeof l=="function")Er(l,this,t);else for(var d=l.length,u=Pr(l,d),e=0;e<d;++e)Er(u[e],this,t);return!0};function Dr(a,n,t,e){var r,i,o;if(ln(t),i=a._events,i===void 0?(i=a._events=Object.create(null),a._eventsCount=0):(i.newListener!==void 0&&(a.emit("newListener",n,t.listener?t.listener:t),i=a._events),o=i[n]),o===void 0)o=i[n]=t,++a._eventsCount;else if(typeof o=="function"?o=i[n]=e?[t,o]:[o,t]:e?o.unshift(t):o.push(t),r=Ar(a),r>0&&o.length>r&&!o.warned){o.warned=!0;var s=new Error("Possible EventEmitter memory leak detected. "+o.length+" "+String(n)+" listeners added. Use emitter.setMaxListeners() to increase limit");s.name="MaxListenersExceededWarning",s.emitter=a,s.type=n,s.count=o.length,Xs(s)}return a}te.prototype.addListener=function(n,t){return Dr(this,n,t,!1)};te.prototype.on=te.prototype.addListener;te.prototype.prependListener=function(n,t){return Dr(this,n,t,!0)};function js(){if(!this.fired)return this.target.removeListener(this.type,this.wrapFn),this.fired=!0,arguments.length===0?this.listener.call(this.target):this.listener.apply(this.target,arguments)}function Lr(a,n,t){var e={fired:!1,wrapFn:void 0,target:a,type:n,listener:t},r=js.bind(e);return r.listener=t,e.wrapFn=r,r}te.prototype.once=function(n,t){return ln(t),this.on(n,Lr(this,n,t)),this};te.prototype.prependOnceListener=function(n,t){return ln(t),this.prependListener(n,Lr(this,n,t)),this};te.prototype.removeListener=function(n,t){var e,r,i,o,s;if(ln(t),r=this._events,r===void 0)return this;if(e=r[n],e===void 0)return this;if(e===t||e.listener===t)--this._eventsCount===0?this._events=Object.create(null):(delete r[n],r.removeListener&&this.emit("removeListener",n,e.listener||t));else if(typeof e!="function"){for(i=-1,o=e.length-1;o>=0;o--)if(e[o]===t||e[o].listener===t){s=e[o].listener,i=o;break}if(i<0)return this;i===0?e.shift():qs(e,i),e.length===1&&(r[n]=e[0]),r.removeListener!==void 0&&this.emit("removeListener",n,s||t)}return this};te.prototype.off=te.prototype.removeListener;te.prototype.removeAllListeners=function(n){var t,e,r;if(e=this._events,e===void 0)return this;if(e.removeListener===void 0)return arguments.length===0?(this._events=Object.create(null),this._eventsCount=0):e[n]!==void 0&&(--this._eventsCount===0?this._events=Object.create(null):delete e[n]),this;if(arguments.length===0){var i=Object.keys(e),o;for(r=0;r<i.length;++r)o=i[r],o!=="removeListener"&&this.removeAllListeners(o);return this.removeAllListeners("removeListener"),this._events=Object.create(null),this._eventsCount=0,this}if(t=e[n],typeof t=="function")this.removeListener(n,t);else if(t!==void 0)for(r=t.length-1;r>=0;r--)this.removeListener(n,t[r]);return this};function Cr(a,n,t){var e=a._events;if(e===void 0)return[];var r=e[n];return r===void 0?[]:typeof r=="function"?t?[r.listener||r]:[r]:t?Ys(r):Pr(r,r.length)}te.prototype.listeners=function(n){return Cr(this,n,!0)};te.prototype.rawListeners=function(n){return Cr(this,n,!1)};te.listenerCount=function(a,n){return typeof a.listenerCount=="function"?a.listenerCount(n):kr.call(a,n)};te.prototype.listenerCount=kr;function kr(a){var n=this._events;if(n!==void 0){var t=n[a];if(typeof t=="function")return 1;if(t!==void 0)return t.length}return 0}te.prototype.eventNames=function(){return this._eventsCount>0?sn(this._events):[]};function Pr(a,n){for(var t=new Array(n),e=0;e<n;++e)t[e]=a[e];return t}function qs(a,n){for(;n+1<a.length;n++)a[n]=a[n+1];a.pop()}function Ys(a){for(var n=new Array(a.length),t=0;t<n.length;++t)n[t]=a[t].listener||a[t];return n}function Ks(a,n){return new Promise(function(t,e){function r(o){a.removeListener(n,i),e(o)}function i(){typeof a.removeListener=="function"&&a.removeListener("error",r),t([].slice.call(arguments))}Fr(a,n,i,{once:!0}),n!=="error"&&Zs(a,r,{once:!0})})}function Zs(a,n,t){typeof a.on=="function"&&Fr(a,"error",n,t)}function Fr(a,n,t,e){if(typeof a.on=="function")e.once?a.once(n,t):a.on(n,t);else if(typeof a.addEventListener=="function")a.addEventListener(n,function r(i){e.once&&a.removeEventListener(n,r),t(i)});else throw new TypeError('The "emitter" argument must be of type EventEmitter. Received type '+typeof a)}});var La=sr((Nf,Si)=>{Si.exports=function(n){return n!==null&&typeof n=="object"&&typeof n.addUndirectedEdgeWithKey=="function"&&typeof n.dropNode=="function"&&typeof n.multi=="boolean"}});function P(a,n={},...t){let e=document.createElement(a);for(let[r,i]of Object.entries(n))i==null||i===!1||(r.startsWith("on")?e.addEventListener(r.slice(2),i):/^(class|role|for|tabindex)$|^(data|aria)-/.test(r)?e.setAttribute(r,String(i)):e[r]=i);return e.append(...t.filter(r=>r||r==="").map(r=>r)),e}var fs=new Set("P H3 H4 H5 H6 UL OL LI STRONG EM S DEL CODE PRE BLOCKQUOTE TABLE THEAD TBODY TR TH TD HR BR A BUTTON SPAN".split(" ")),gs=new Set(["broken","image","to-node","to-right","to-center"]);function lr(a){let n=document.createDocumentFragment();return dr(new DOMParser().parseFromString(a,"text/html").body,n),n}function dr(a,n){for(let t of a.childNodes)if(t instanceof Text)n.appendChild(document.createTextNode(t.data));else if(t instanceof HTMLElement&&fs.has(t.tagName)){let e=document.createElement(t.tagName);gs.has(t.className)&&(e.className=t.className),t.dataset.node!==void 0&&(e.dataset.node=t.dataset.node),e instanceof HTMLButtonElement&&(e.type="button"),e instanceof HTMLAnchorElement&&ps(t,e),e instanceof HTMLOListElement&&/^\d+$/.test(t.getAttribute("start")??"")&&(e.start=Number(t.getAttribute("start"))),dr(t,e),e instanceof HTMLPreElement||e instanceof HTMLTableElement?n.appendChild(vs(e)):n.appendChild(e)}}function ps(a,n){let t=a.getAttribute("href")??"";/^(https?|mailto):/i.test(t)&&(n.href=t,n.rel="noopener noreferrer nofollow",n.target="_blank")}function vs(a){let n=a instanceof HTMLPreElement?"Code":"Table";return P("div",{class:"wide",tabindex:"0",role:"group","aria-label":n},a)}function ne(a){return a.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,"\uFFFD")}function le(a,n){return`${a.toLocaleString("en")} ${n}${a===1?"":"s"}`}var ms=[["/","search"],["\u2190 \u2191 \u2192 \u2193","go to the neighbour in that direction"],["Enter","open the neighbour"],["Esc","back to the node before"],["1 2 3","draw the links within so many steps"],["0","draw all links"],["+ \u2212","closer, farther"],["f","fit the whole graph to the window"],["l","the graph as a list, or as a picture"],["t","light or dark"],["?","these keys"]],bs=[["[ ]","the step before, the next step"],["Home End","before the first step, to the last one"],["Space","play the steps, or pause"]];function ur(a){let n=[...ms,...a?bs:[]].map(([e,r])=>P("div",{},P("dt",{},P("kbd",{},e)),P("dd",{},r)));return P("dialog",{"aria-labelledby":"keys-title"},P("h2",{id:"keys-title"},"Keys"),P("dl",{class:"keys"},...n),P("form",{method:"dialog"},P("button",{},"Close")))}function Yt(a){document.addEventListener("keydown",n=>{if(n.ctrlKey||n.metaKey||n.altKey||n.defaultPrevented)return;let t=n.target instanceof Element?n.target:null;if(t?.closest("input, textarea, select, dialog[open]"))return;let e=i=>t!==null&&t!==document.body&&!t.closest(i);if((n.key==="Enter"||n.key===" ")&&t?.closest("button, summary, a")||n.key.startsWith("Arrow")&&e(".stage")||(n.key==="Home"||n.key==="End")&&e(".stage, .slot"))return;let r=a[n.key];r&&(n.preventDefault(),r(n))})}var Dt=["listed","summarised","read"],ys=["first","second"];function cr(a,n){let t=new Map,e=new Map;return a.forEach((r,i)=>{let o=xs(r,n,ys[i]??"second");for(let[s,l]of o.marks)t.set(s,_s(t.get(s),l));for(let s of o.ways){let l=JSON.stringify([s.source,s.target]),d=e.get(l);e.set(l,d?{...s,runs:"both",isLink:s.isLink||d.isLink,isNew:s.isNew||d.isNew}:s)}}),{marks:t,ways:[...e.values()]}}function xs(a,n,t){let e=new Map,r=[],i="";return a.steps.slice(0,n).forEach((o,s)=>{for(let d of e.values())d.isNew=!1;let l=s===n-1;for(let d of Dt)for(let u of o[d]){let c=e.get(u),f=c?.number||(d==="listed"?0:o.number),h=c&&Dt.indexOf(c.level)>Dt.indexOf(d)?c.level:d;e.set(u,{level:h,runs:t,number:f,isNew:l})}for(let{node:d,from:u}of o.arrivals){let c=u||i;c&&c!==d&&r.push({source:c,target:d,runs:t,isLink:!!u,isNew:l})}i=Ts(o)||i}),{marks:e,ways:r}}function _s(a,n){if(!a)return n;let t=a.isNew||n.isNew;return a.level!==n.level?{...Dt.indexOf(a.level)>Dt.indexOf(n.level)?a:n,isNew:t}:{level:a.level,runs:"both",number:a.number===n.number?a.number:0,isNew:t}}function Ts(a){return a?.read.at(-1)??a?.summarised.at(-1)??""}function hr(a){let n=a.flatMap(e=>e.steps.flatMap(r=>[...r.summarised,...r.read])),t=a.flatMap(e=>e.steps.flatMap(r=>r.listed));return[...new Set(n.length?n:t)]}function fr(a){return[a.operation,a.arguments].filter(Boolean).join(" ")}var Ss=1800,gr=6,Es=6,ws=[["read","Read"],["summarised","Summary of"],["listed","Listed"]];function Zt(a,n,t=0){return new Qn(a,n,t)}var Qn=class{constructor(n,t,e){this.api=n,this.position=0,this.timer=0,this.said=P("p",{class:"said",role:"status","aria-live":"polite"}),this.element=P("section",{class:"walks","aria-label":"Recorded run"}),n.panelSlot.append(this.element),Yt({"[":()=>this.move(-1),"]":()=>this.move(1),Home:()=>this.go(0),End:()=>this.go(this.last)," ":()=>this.togglePlay()}),this.set(t,e)}set(n,t){this.pause(),this.walks=n,this.last=Math.max(0,...n.map(e=>e.steps.length)),this.build(),this.api.onReady(()=>{let{nodes:e,maps:r}=this.api.model,i=hr(n).filter(o=>e.has(o));i.length<Es&&i.push(...[...r.keys()].filter(o=>e.has(o))),i.length&&this.api.highlight({nodes:i,edges:[],current:null,dimOthers:!0}),this.go(t)})}build(){let{walks:n}=this,t=n.length>1;document.documentElement.dataset.walks=String(n.length),this.play=P("button",{type:"button",class:"play",onclick:()=>this.togglePlay()}),this.slider=P("input",{type:"range",min:"0",max:String(this.last),step:"1","aria-label":"Step",oninput:()=>this.go(Number(this.slider.value))}),this.columns=n.map((r,i)=>new Jn(this,r,t?i+1:0));let e=P("div",{class:"walk-controls",role:"group","aria-label":"Steps of the run"},Kt("|\u25C0","To the beginning (Home)",()=>this.go(0)),Kt("\u25C0","Step back ([)",()=>this.move(-1)),this.play,Kt("\u25B6","Next step (])",()=>this.move(1)),Kt("\u25B6|","To the last step (End)",()=>this.go(this.last)),this.slider);this.element.replaceChildren(P("h2",{},ne(n[0]?.question||n[0]?.name||"A run")),...t?[P("p",{class:"parting"},n[0].parting?ne(n[0].parting.words):"Both runs are equal, event by event.")]:[],e,P("div",{class:"walk-columns"},...this.columns.map(r=>r.element)),Rs(t),this.said),this.showPlay()}move(n){this.pause(),this.go(this.position+n)}go(n){this.position=Math.max(0,Math.min(n,this.last));let{position:t,walks:e}=this,r=cr(e,t),i=[...r.marks.keys()].filter(s=>this.api.model.nodes.has(s));this.api.highlight({nodes:i,edges:[],current:null,dimOthers:!0,course:r,stays:!0});for(let s of this.columns)s.show(t);let o=this.columns.map(s=>s.words(t)).join(" ");this.slider.value=String(t),this.slider.setAttribute("aria-valuetext",o),this.element.classList.toggle("parted",e.some(s=>s.parting!==null&&t>=(s.parting.step??s.steps.length+1))),this.said.textContent=o,t===this.last&&this.pause()}togglePlay(){if(this.timer){this.pause();return}this.position===this.last&&this.go(0),this.timer=window.setInterval(()=>this.go(this.position+1),Ss),this.showPlay()}pause(){this.timer&&(window.clearInterval(this.timer),this.timer=0,this.showPlay())}showPlay(){this.play.textContent=this.timer?"Pause":"Play",this.play.title=this.timer?"Pause (Space)":"Play the steps (Space)"}},Jn=class{constructor(n,t,e){this.owner=n,this.walk=t,this.number=e,this.total=Math.max(1,t.budget,...t.steps.map(i=>i.left+i.cost)),this.left=P("div",{class:"left"}),this.spent=P("div",{class:"now"}),this.tokens=P("p",{class:"tokens"}),this.meter=P("div",{class:"budget",role:"meter","aria-label":e?`Budget of run ${e}`:"Budget","aria-valuemin":"0","aria-valuemax":String(this.total)},this.left,this.spent),this.card=P("div",{class:"step-card"}),this.items=t.steps.map(i=>this.item(i)),this.list=P("ol",{class:"steps","aria-label":e?`Steps of run ${e}`:"Steps"},...this.items);let r=e?P("h3",{class:`run run-${e}`},`Run ${e}`,P("span",{class:"number"},ne(t.name))):null;this.element=P("div",{class:"walk"},r,this.meter,this.tokens,this.card,this.list,...t.omitted?[P("p",{class:"hint"},ne(t.omitted))]:[])}item(n){let t=this.walk.steps.indexOf(n)+1,e=this.walk.parting?.step===n.number;return P("li",{class:[e&&"parts",n.refused&&"refused"].filter(Boolean).join(" ")||void 0},P("button",{type:"button",onclick:()=>(this.owner.pause(),this.owner.go(t))},P("span",{class:"step-number"},String(n.number)),P("span",{class:"step-call",title:ne(n.arguments)},P("code",{},ne(n.operation))," ",ne(As(n))),P("span",{class:"number"},n.refused?"refused":Ie(n.cost))))}show(n){let{walk:t}=this,e=Math.min(n,t.steps.length),r=t.steps[e-1],i=r?r.left:Math.max(t.budget,(t.steps[0]?.left??0)+(t.steps[0]?.cost??0));this.left.style.width=`${100*i/this.total}%`,this.spent.style.width=`${r?100*r.cost/this.total:0}%`,this.meter.setAttribute("aria-valuenow",String(i));let o=`${Ie(i)} of ${Ie(this.total)} tokens left`;this.meter.setAttribute("aria-valuetext",o),this.tokens.replaceChildren(P("strong",{},Ie(i)),` of ${Ie(this.total)} tokens left`,...r&&r.cost?[P("span",{class:"paid"},`\u2212${Ie(r.cost)}`)]:[]),this.items.forEach((s,l)=>{s.classList.toggle("done",l<e-1);let d=s.firstElementChild;l===e-1?d.setAttribute("aria-current","step"):d.removeAttribute("aria-current")}),Ls(this.list,this.items[e-1]??this.items[0]),this.card.replaceChildren(...this.details(r,n))}details(n,t){let{walk:e}=this;if(!n)return[P("p",{class:"hint"},e.steps.length?"Before the first step.":"This run made no step.",...e.steps.length?[]:[" ",ne(e.outcome)])];let r=t>=e.steps.length;return[...n.before.map(i=>P("p",{class:"before"},ne(i))),P("p",{class:"call"},P("span",{class:"step-of"},`Step ${n.number} of ${e.steps.at(-1).number}`),P("code",{},ne(n.operation))," ",ne(n.arguments),n.refused&&P("strong",{class:"refusal"}," refused")),...n.remark?[P("p",{class:"remark"},ne(n.remark))]:[],...this.nodes(n),...r?this.ending():[]]}nodes(n){let t=new Map(n.arrivals.map(e=>[e.node,e]));return ws.filter(([e])=>n[e].length).map(([e,r])=>{let i=n[e].slice(0,gr),o=n[e].slice(gr),s=P("ul",{},...i.map(d=>this.node(d,t.get(d),e))),l=o.length?P("button",{type:"button",class:"more",onclick:()=>(s.append(...o.map(d=>this.node(d,t.get(d),e))),l.remove())},`${le(o.length,"more node")}`):null;return P("div",{class:`disclosed ${e}`},P("h4",{},r),s,l)})}node(n,t,e){let r=this.owner.api.model.nodes.get(n),i=Object.hasOwn(this.walk.remarks,n)?this.walk.remarks[n]:"";return P("li",{},r?P("button",{type:"button",class:"to-node",onclick:()=>this.owner.api.open(n)},r.title):P("span",{class:"gone"},ne(n)),...i&&e!=="listed"?[P("span",{class:"changed"},` ${ne(i)}`)]:[],...t?this.arrival(t):[])}arrival({from:n,step:t,why:e}){let r=this.owner.api.model.nodes.get(n)?.title??ne(n);return n?[P("p",{class:"why"},`by the link in ${r}${t?`, shown at step ${t}`:""}`,e&&P("q",{},ne(e)))]:[P("p",{class:"why"},t?`no link: step ${t} listed it`:"no link: the agent named it")]}ending(){let{walk:n}=this;return[...n.answer?[P("details",{class:"answer",open:!0},P("summary",{},"Answer"),P("p",{},Ds(n.answer)))]:[],...n.outcome?[P("p",{class:"hint"},ne(n.outcome))]:[]]}words(n){let{walk:t,number:e}=this,r=t.steps[n-1],i=e?`Run ${e}: `:"";if(!r)return n?`${i}it has ended.`:`${i}before the first of ${le(t.steps.length,"step")}.`;let o=r.refused?"refused":`${Ie(r.cost)} tokens`;return`${i}step ${r.number} of ${t.steps.at(-1).number}: ${ne(fr(r))}, ${o}, ${Ie(r.left)} left.`}};function Rs(a){let n=(t,e)=>P("li",{},P("span",{class:`mark ${t}`,"aria-hidden":"true"}),e);return P("ul",{class:"walk-key","aria-label":"Marks in the picture"},n("listed","listed"),n("summarised","summary"),n("read","text read"),n("link","link followed"),n("jump","no link"),...a?[n("run-1","run 1"),n("run-2","run 2"),n("run-both","both")]:[])}function Kt(a,n,t){return P("button",{type:"button","aria-label":n,title:n,onclick:t},a)}function As(a){return a.operation.startsWith("read_")?a.arguments.replace(/[^\s,]*\//gu,"\u2026/"):a.arguments}function Ie(a){return a.toLocaleString("en")}function Ds(a){return a.split(`
`).map(ne).join(`
`)}function Ls(a,n){if(!n)return;let[t,e]=[n.offsetTop,n.offsetTop+n.offsetHeight];t<a.scrollTop?a.scrollTop=t:e>a.scrollTop+a.clientHeight&&(a.scrollTop=e-a.clientHeight)}var Cs="2026-01-26",ks="skillagent/walk",pr=640,Ps=-32601;function ta(){return window.parent!==window}function vr(a){ta()&&new ea(a).greet()}var ea=class{constructor(n){this.api=n,this.walks=null,this.steps=[],this.tool="",this.arguments=""}greet(){window.addEventListener("message",e=>{e.source===window.parent&&e.data?.jsonrpc==="2.0"&&this.take(e.data)});let n={name:"skillagent",title:"Skill graph",version:"1"},t={availableDisplayModes:["inline","fullscreen"]};this.send({id:1,method:"ui/initialize",params:{appInfo:n,appCapabilities:t,protocolVersion:Cs}})}send(n){window.parent.postMessage({jsonrpc:"2.0",...n},"*")}take(n){let{id:t,method:e,params:r,result:i}=n;t===1&&!e&&i?(this.context(i.hostContext??{}),this.send({method:"ui/notifications/initialized",params:{}})):e==="ui/notifications/host-context-changed"?this.context(r??{}):e==="ui/notifications/tool-input"?this.input(r??{}):e==="ui/notifications/tool-result"?this.result(r??{}):e&&t!==void 0&&this.answer(t,e)}answer(n,t){t==="ping"||t==="ui/resource-teardown"?this.send({id:n,result:{}}):this.send({id:n,error:{code:Ps,message:"This page has no such method."}})}context(n){(n.theme==="light"||n.theme==="dark")&&this.api.setTheme(n.theme),n.toolInfo?.tool?.name&&(this.tool=String(n.toolInfo.tool.name));let t=n.containerDimensions;if(t&&!("height"in t)){let e=Math.min(pr,t.maxHeight??pr);this.send({method:"ui/notifications/size-changed",params:{width:window.innerWidth,height:e}})}}input(n){let t=Object.values(n.arguments??{}).filter(e=>e!=null);this.arguments=t.map(e=>typeof e=="string"?e:JSON.stringify(e)).join(", ")}result(n){let t=n._meta?.[ks];if(Array.isArray(t?.steps))this.show(t);else{let e=(n.content??[]).map(r=>r.type==="text"?r.text:"").join(`
`);this.steps.push(this.stepOf(e,!!n.isError)),this.show({name:"This conversation",question:"",answer:"",outcome:"",budget:0,steps:this.steps,remarks:{},omitted:"",parting:null})}}show(n){let t=n.steps.length;this.walks?this.walks.set([n],t):this.walks=Zt(this.api,[n],t)}stepOf(n,t){let e=i=>[...new Set([...n.matchAll(i)].map(o=>o[1]))].filter(o=>this.api.model.nodes.has(o)),r=/^\(call \d+: (\d+) tokens; (\d+) of \d+ left/m.exec(n);return{number:this.steps.length+1,operation:this.tool||"call",arguments:this.arguments,listed:e(/^- \[\[(.+?)\]\] \(/gm),summarised:e(/^# \[\[(.+?)\]\] .*tokens\)$/gm),read:e(/^<node id="([^"\n]+)"/gm),arrivals:[],cost:Number(r?.[1]??0),left:Number(r?.[2]??0),refused:t,remark:"",before:[]}}};var Fs=["#2563c9","#c2410c","#0b7a53","#8b3fd1","#b3261e","#0a7391","#8f5700","#b8246f","#4f6b0e","#4a57c2"],Is=["#7fb0ff","#ff9a62","#4fd1a0","#c79bff","#ff8f87","#5ecbe6","#f0b849","#ff8cc6","#b3d15a","#a5afff"],mr="skillagent-theme",br=window.matchMedia("(prefers-color-scheme: dark)");function na(){let a=document.documentElement.dataset.theme;return a?a==="dark":br.matches}function Qt(){let a=getComputedStyle(document.documentElement),n=r=>a.getPropertyValue(r).trim(),t=na()?Is:Fs,e=n("--quiet");return{dark:na(),ground:n("--canvas"),text:n("--text"),quiet:e,accent:n("--accent"),second:n("--second"),map:r=>r<0?e:t[r%t.length]}}function yr(a){let n=Ns();(n==="dark"||n==="light")&&(document.documentElement.dataset.theme=n),br.addEventListener("change",a);let t=e=>{document.documentElement.dataset.theme=e,a()};return{set:t,toggle(){let e=na()?"light":"dark";Gs(e),t(e)}}}function Ns(){try{return localStorage.getItem(mr)}catch{return null}}function Gs(a){try{localStorage.setItem(mr,a)}catch{}}function Te(a,n,t){let e=o=>[1,3,5].map(s=>parseInt(o.slice(s,s+2),16)),r=e(n);return`#${e(a).map((o,s)=>Math.round(o*t+r[s]*(1-t))).map(o=>o.toString(16).padStart(2,"0")).join("")}`}function Jt(a,n){let t=a.mark==="current"?n.accent:n.map(a.colour);return a.faint?Te(t,n.ground,a.colour<0?.25:.38):t}function en(a,n,t){if(a.strength==="strong")return t.accent;let e=n.dots.get(a.source),r=t.map(e?e.colour:-1);return Te(r,t.ground,a.strength==="faint"?.25:.6)}var tn={faint:.8,plain:1.7,strong:3.2};function tt(a){let[n,t,e,r]=[1/0,1/0,-1/0,-1/0];for(let[i,o]of a)n=Math.min(n,i),e=Math.max(e,i),t=Math.min(t,o),r=Math.max(r,o);return{left:n,right:e,bottom:t,top:r}}var zs='system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',xr=34,_r=5,Ms=120;function nt(a,n,t){let e=window.devicePixelRatio||1;(a.width!==Math.round(n*e)||a.height!==Math.round(t*e))&&(a.width=Math.round(n*e),a.height=Math.round(t*e),a.style.width=`${n}px`,a.style.height=`${t}px`);let r=a.getContext("2d");if(!r)throw new Error("This browser has no canvas.");return r.setTransform(e,0,0,e,0,0),r.clearRect(0,0,n,t),r}function an(a,n,t,e,r){for(let i of n.areas){let{x:o,y:s}=t(i.map.at),l=r.map(i.colour),d=i.colour<0&&!i.closed;a.beginPath(),a.arc(o,s,i.map.radius*e,0,2*Math.PI),a.fillStyle=Te(l,r.ground,i.closed?.3:d?.04:r.dark?.14:.09),a.fill(),a.strokeStyle=Te(l,r.ground,i.closed?.9:d?.12:.3),a.lineWidth=i.closed?1.5:1,a.stroke()}}function rn(a,n,t,e,r){let i=new nn,o=new nn;for(let l of e.covers)i.add(l),o.add(l);let s=[];for(let l of n.dots.values()){let d=t(l.node.at);if(d.x<-20||d.y<-20||d.x>e.width+20||d.y>e.height+20)continue;let u=e.sizeOf(l.size),c=e.hovered===l.node.id,f=n.course?.marks.get(l.node.id)?.level==="listed";if(l.faint&&!c&&!l.isMap&&(n.course||e.scale<Ms))continue;l.faint||i.add({x:d.x-u,y:d.y-u,width:2*u,height:2*u}),l.mark&&Os(a,d,u,r);let h=l.closed?` (${l.closed.toLocaleString("en")})`:"";s.push({text:Ws(l.node.title)+h,at:d,radius:u,rank:c?5e3:l.rank,strong:!!l.mark||c||l.rank>=50,faint:(l.faint||f)&&!c})}for(let l of n.areas){if(l.map.id)continue;let d=`${l.title} (${l.map.nodes.toLocaleString("en")})`,u=t(l.map.at);l.closed||(u.y+=l.map.radius*e.scale+10),s.push({text:d,at:u,radius:-1,rank:20,strong:!0,faint:!l.closed})}s.sort((l,d)=>d.rank-l.rank||(l.text<d.text?-1:1)),a.lineJoin="round",a.textBaseline="middle";for(let l of s.slice(0,600))Bs(a,l,i,o,e,r)}function Os(a,n,t,e){a.beginPath(),a.arc(n.x,n.y,t+3.5,0,2*Math.PI),a.lineWidth=2.5,a.strokeStyle=e.accent,a.stroke()}function Bs(a,n,t,e,r,i){a.font=`${n.strong?600:400} ${n.rank>=1e3?14:12.5}px ${zs}`;let{text:o}=n,s=a.measureText(o).width,l=17,{x:d,y:u}=n.at,c=n.radius+(n.rank>=1e3?2*_r:_r),f=n.radius<0?[{x:d-s/2,y:u-l/2,width:s,height:l}]:[{x:d+c,y:u-l/2,width:s,height:l},{x:d-c-s,y:u-l/2,width:s,height:l},{x:d-s/2,y:u+c-2,width:s,height:l},{x:d-s/2,y:u-c-l+2,width:s,height:l}],h=p=>p.x>=2&&p.y>=2&&p.x+p.width<=r.width-2&&p.y+p.height<=r.height-2,g=f.find(p=>h(p)&&t.isFree(p))??(n.strong?f.find(p=>h(p)&&e.isFree(p)):void 0);g&&(e.add(g),t.add(g),a.lineWidth=4,a.strokeStyle=i.ground,a.strokeText(o,g.x,g.y+l/2),a.fillStyle=n.faint?i.quiet:i.text,a.fillText(o,g.x,g.y+l/2))}function Ws(a){let n=[...a];return n.length>xr?`${n.slice(0,xr-1).join("").trimEnd()}\u2026`:a}var nn=class a{static SIDE=64;cells=new Map;add(n){for(let t of this.keys(n)){let e=this.cells.get(t);e?e.push(n):this.cells.set(t,[n])}}isFree(n){let t=e=>n.x+n.width+3<e.x||e.x+e.width+3<n.x||n.y+n.height<e.y||e.y+e.height<n.y;return this.keys(n).every(e=>(this.cells.get(e)??[]).every(t))}keys(n){let t=[];for(let e=Math.floor(n.x/a.SIDE);e<=Math.floor((n.x+n.width)/a.SIDE);e++)for(let r=Math.floor(n.y/a.SIDE);r<=Math.floor((n.y+n.height)/a.SIDE);r++)t.push(`${e},${r}`);return t}};var Tr=.13;function on(a,n,t,e,r){if(!n.course)return;let{marks:i,ways:o}=n.course,s=l=>{let d=n.dots.get(l);return d&&{...t(d.node.at),radius:e(d.size)}};a.save(),a.lineCap="round";for(let l of[...o].sort((d,u)=>Number(d.isNew)-Number(u.isNew))){let[d,u]=[s(l.source),s(l.target)];d&&u&&Us(a,l,d,u,r)}for(let[l,d]of i){let u=s(l);u&&$s(a,d,u,r)}a.restore()}function Sr(a,n){return{first:n.accent,second:n.second,both:n.text}[a]}function Us(a,n,t,e,r){let[i,o]=[e.x-t.x,e.y-t.y],s=n.runs==="second"?-Tr:Tr,l={x:(t.x+e.x)/2-o*s,y:(t.y+e.y)/2+i*s},d=aa(t,l,t.radius+2),u=aa(e,l,e.radius+3),c=aa(e,l,e.radius+8),f=Sr(n.runs,r),h=(p,m)=>{a.beginPath(),a.moveTo(d.x,d.y),a.quadraticCurveTo(l.x,l.y,c.x,c.y),a.strokeStyle=p,a.lineWidth=m,a.stroke()},g=(n.isLink?2.4:1.6)+(n.isNew?.8:0);a.setLineDash([]),h(r.ground,g+3),a.setLineDash(n.isLink?[]:[2,5]),h(n.isNew?f:Te(f,r.ground,.62),g),a.setLineDash([]),Hs(a,l,u,n.isNew?f:Te(f,r.ground,.62))}function Hs(a,n,t,e){let r=Math.atan2(t.y-n.y,t.x-n.x);a.beginPath(),a.moveTo(t.x,t.y);for(let i of[2.65,-2.65])a.lineTo(t.x+9*Math.cos(r+i),t.y+9*Math.sin(r+i));a.closePath(),a.fillStyle=e,a.fill()}function $s(a,n,{x:t,y:e,radius:r},i){let o=Sr(n.runs,i),s=(l,d)=>{a.beginPath(),a.arc(t,e,l,0,2*Math.PI),a.fillStyle=d,a.fill()};n.isNew&&s(r+7,Te(o,i.ground,i.dark?.34:.22)),s(r+1.5,i.ground),s(r,o),n.level==="read"?s(r-1,o):s(r-(n.level==="listed"?1.6:2.4),n.level==="listed"?i.ground:Te(o,i.ground,.16)),!(!n.number||n.number>99||r<6)&&(a.font=`700 ${Math.min(12,r*1.15)}px system-ui, sans-serif`,a.textAlign="center",a.textBaseline="middle",a.fillStyle=n.level==="read"?i.ground:o,a.fillText(String(n.number),t,e+.5))}function aa(a,n,t){let e=Math.hypot(n.x-a.x,n.y-a.y)||1,r=Math.min(1,t/e);return{x:a.x+(n.x-a.x)*r,y:a.y+(n.y-a.y)*r}}function ra(a,n,t){let e=document.createElement("canvas");e.className="paint whole",nt(e,1,1),a.append(e);let r=null,i=null,o={x:(n.left+n.right)/2,y:(n.bottom+n.top)/2,scale:1},s=()=>a.clientWidth,l=()=>a.clientHeight,d=()=>.9*Math.min(s()/(n.right-n.left||1),l()/(n.top-n.bottom||1));o.scale=d();let u=([p,m])=>({x:s()/2+(p-o.x)*o.scale,y:l()/2-(m-o.y)*o.scale}),c=p=>p*Math.sqrt(Math.min(4,Math.max(.25,o.scale/d())));function f(){if(!r||!s()||!l())return;let p=t.colours(),m=nt(e,s(),l());an(m,r,u,o.scale,p);for(let b of r.lines)Vs(m,b,r,u,p);for(let b of r.dots.values()){let{x:y,y:_}=u(b.node.at);m.beginPath(),m.arc(y,_,c(b.size),0,2*Math.PI),m.fillStyle=Jt(b,p),m.fill()}let v={width:s(),height:l(),hovered:i,covers:t.covers(),scale:o.scale,sizeOf:c};on(m,r,u,c,p),rn(m,r,u,v,p)}function h(p,m){let v=null,b=14;for(let[y,_]of r?.dots??[]){let x=u(_.node.at),T=Math.hypot(x.x-p,x.y-m)-c(_.size);T<b&&([v,b]=[y,T])}return v}let g=null;return e.addEventListener("pointerdown",p=>{g={x:p.offsetX,y:p.offsetY,moved:!1},e.setPointerCapture(p.pointerId)}),e.addEventListener("pointermove",p=>{if(!g){let b=h(p.offsetX,p.offsetY);b!==i&&(i=b,e.style.cursor=b?"pointer":"",f());return}let[m,v]=[p.offsetX-g.x,p.offsetY-g.y];!g.moved&&Math.hypot(m,v)<4||(o.x-=m/o.scale,o.y+=v/o.scale,g={x:p.offsetX,y:p.offsetY,moved:!0},f())}),e.addEventListener("pointerup",p=>{let m=g?.moved;if(g=null,m)return;let v=h(p.offsetX,p.offsetY);v?t.onNode(v):t.onGround(p.offsetX,p.offsetY)}),e.addEventListener("wheel",p=>{p.preventDefault(),o.scale*=p.deltaY<0?1.2:1/1.2,f()},{passive:!1}),new ResizeObserver(f).observe(a),{kind:"canvas",show(p){r=p,f()},project:u,scale:()=>o.scale,fit(p,m){let{left:v,right:b,bottom:y,top:_}=tt(p),x={x:s()-m.left-m.right,y:l()-m.top-m.bottom};o.scale=Math.min(x.x/(b-v||1),x.y/(_-y||1),d()*12),o.x=(v+b)/2+(m.right-m.left)/2/o.scale,o.y=(y+_)/2+(m.top-m.bottom)/2/o.scale,f()},zoom(p){o.scale*=p,f()}}}function Vs(a,n,t,e,r){let i=e(t.dots.get(n.source).node.at),o=e(t.dots.get(n.target).node.at);a.beginPath(),a.moveTo(i.x,i.y),a.lineTo(o.x,o.y),a.lineWidth=tn[n.strength],a.strokeStyle=en(n,t,r),a.stroke()}var zr=$e(rt(),1);function Qs(){let a=arguments[0];for(let n=1,t=arguments.length;n<t;n++)if(arguments[n])for(let e in arguments[n])a[e]=arguments[n][e];return a}var oe=Qs;typeof Object.assign=="function"&&(oe=Object.assign);function ve(a,n,t,e){let r=a._nodes.get(n),i=null;return r&&(e==="mixed"?i=r.out&&r.out[t]||r.undirected&&r.undirected[t]:e==="directed"?i=r.out&&r.out[t]:i=r.undirected&&r.undirected[t]),i}function de(a){return typeof a=="object"&&a!==null}function Mr(a){let n;for(n in a)return!1;return!0}function pe(a,n,t){Object.defineProperty(a,n,{enumerable:!1,configurable:!1,writable:!0,value:t})}function Se(a,n,t){let e={enumerable:!0,configurable:!0};typeof t=="function"?e.get=t:(e.value=t,e.writable=!1),Object.defineProperty(a,n,e)}function Ir(a){return!(!de(a)||a.attributes&&!Array.isArray(a.attributes))}function Js(){let a=Math.floor(Math.random()*256)&255;return()=>a++}function Ce(){let a=arguments,n=null,t=-1;return{[Symbol.iterator](){return this},next(){let e=null;do{if(n===null){if(t++,t>=a.length)return{done:!0};n=a[t][Symbol.iterator]()}if(e=n.next(),e.done){n=null;continue}break}while(!0);return e}}}function ot(){return{[Symbol.iterator](){return this},next(){return{done:!0}}}}var kt=class extends Error{constructor(n){super(),this.name="GraphError",this.message=n}},U=class a extends kt{constructor(n){super(n),this.name="InvalidArgumentsGraphError",typeof Error.captureStackTrace=="function"&&Error.captureStackTrace(this,a.prototype.constructor)}},W=class a extends kt{constructor(n){super(n),this.name="NotFoundGraphError",typeof Error.captureStackTrace=="function"&&Error.captureStackTrace(this,a.prototype.constructor)}},X=class a extends kt{constructor(n){super(n),this.name="UsageGraphError",typeof Error.captureStackTrace=="function"&&Error.captureStackTrace(this,a.prototype.constructor)}};function Or(a,n){this.key=a,this.attributes=n,this.clear()}Or.prototype.clear=function(){this.inDegree=0,this.outDegree=0,this.undirectedDegree=0,this.undirectedLoops=0,this.directedLoops=0,this.in={},this.out={},this.undirected={}};function Br(a,n){this.key=a,this.attributes=n,this.clear()}Br.prototype.clear=function(){this.inDegree=0,this.outDegree=0,this.directedLoops=0,this.in={},this.out={}};function Wr(a,n){this.key=a,this.attributes=n,this.clear()}Wr.prototype.clear=function(){this.undirectedDegree=0,this.undirectedLoops=0,this.undirected={}};function st(a,n,t,e,r){this.key=n,this.attributes=r,this.undirected=a,this.source=t,this.target=e}st.prototype.attach=function(){let a="out",n="in";this.undirected&&(a=n="undirected");let t=this.source.key,e=this.target.key;this.source[a][e]=this,!(this.undirected&&t===e)&&(this.target[n][t]=this)};st.prototype.attachMulti=function(){let a="out",n="in",t=this.source.key,e=this.target.key;this.undirected&&(a=n="undirected");let r=this.source[a],i=r[e];if(typeof i>"u"){r[e]=this,this.undirected&&t===e||(this.target[n][t]=this);return}i.previous=this,this.next=i,r[e]=this,this.target[n][t]=this};st.prototype.detach=function(){let a=this.source.key,n=this.target.key,t="out",e="in";this.undirected&&(t=e="undirected"),delete this.source[t][n],delete this.target[e][a]};st.prototype.detachMulti=function(){let a=this.source.key,n=this.target.key,t="out",e="in";this.undirected&&(t=e="undirected"),this.previous===void 0?this.next===void 0?(delete this.source[t][n],delete this.target[e][a]):(this.next.previous=void 0,this.source[t][n]=this.next,this.target[e][a]=this.next):(this.previous.next=this.next,this.next!==void 0&&(this.next.previous=this.previous))};var Ur=0,Hr=1,el=2,$r=3;function ke(a,n,t,e,r,i,o){let s,l,d,u;if(e=""+e,t===Ur){if(s=a._nodes.get(e),!s)throw new W(`Graph.${n}: could not find the "${e}" node in the graph.`);d=r,u=i}else if(t===$r){if(r=""+r,l=a._edges.get(r),!l)throw new W(`Graph.${n}: could not find the "${r}" edge in the graph.`);let c=l.source.key,f=l.target.key;if(e===c)s=l.target;else if(e===f)s=l.source;else throw new W(`Graph.${n}: the "${e}" node is not attached to the "${r}" edge (${c}, ${f}).`);d=i,u=o}else{if(l=a._edges.get(e),!l)throw new W(`Graph.${n}: could not find the "${e}" edge in the graph.`);t===Hr?s=l.source:s=l.target,d=r,u=i}return[s,d,u]}function tl(a,n,t){a.prototype[n]=function(e,r,i){let[o,s]=ke(this,n,t,e,r,i);return o.attributes[s]}}function nl(a,n,t){a.prototype[n]=function(e,r){let[i]=ke(this,n,t,e,r);return i.attributes}}function al(a,n,t){a.prototype[n]=function(e,r,i){let[o,s]=ke(this,n,t,e,r,i);return o.attributes.hasOwnProperty(s)}}function rl(a,n,t){a.prototype[n]=function(e,r,i,o){let[s,l,d]=ke(this,n,t,e,r,i,o);return s.attributes[l]=d,this.emit("nodeAttributesUpdated",{key:s.key,type:"set",attributes:s.attributes,name:l}),this}}function il(a,n,t){a.prototype[n]=function(e,r,i,o){let[s,l,d]=ke(this,n,t,e,r,i,o);if(typeof d!="function")throw new U(`Graph.${n}: updater should be a function.`);let u=s.attributes,c=d(u[l]);return u[l]=c,this.emit("nodeAttributesUpdated",{key:s.key,type:"set",attributes:s.attributes,name:l}),this}}function ol(a,n,t){a.prototype[n]=function(e,r,i){let[o,s]=ke(this,n,t,e,r,i);return delete o.attributes[s],this.emit("nodeAttributesUpdated",{key:o.key,type:"remove",attributes:o.attributes,name:s}),this}}function sl(a,n,t){a.prototype[n]=function(e,r,i){let[o,s]=ke(this,n,t,e,r,i);if(!de(s))throw new U(`Graph.${n}: provided attributes are not a plain object.`);return o.attributes=s,this.emit("nodeAttributesUpdated",{key:o.key,type:"replace",attributes:o.attributes}),this}}function ll(a,n,t){a.prototype[n]=function(e,r,i){let[o,s]=ke(this,n,t,e,r,i);if(!de(s))throw new U(`Graph.${n}: provided attributes are not a plain object.`);return oe(o.attributes,s),this.emit("nodeAttributesUpdated",{key:o.key,type:"merge",attributes:o.attributes,data:s}),this}}function dl(a,n,t){a.prototype[n]=function(e,r,i){let[o,s]=ke(this,n,t,e,r,i);if(typeof s!="function")throw new U(`Graph.${n}: provided updater is not a function.`);return o.attributes=s(o.attributes),this.emit("nodeAttributesUpdated",{key:o.key,type:"update",attributes:o.attributes}),this}}var ul=[{name:a=>`get${a}Attribute`,attacher:tl},{name:a=>`get${a}Attributes`,attacher:nl},{name:a=>`has${a}Attribute`,attacher:al},{name:a=>`set${a}Attribute`,attacher:rl},{name:a=>`update${a}Attribute`,attacher:il},{name:a=>`remove${a}Attribute`,attacher:ol},{name:a=>`replace${a}Attributes`,attacher:sl},{name:a=>`merge${a}Attributes`,attacher:ll},{name:a=>`update${a}Attributes`,attacher:dl}];function cl(a){ul.forEach(function({name:n,attacher:t}){t(a,n("Node"),Ur),t(a,n("Source"),Hr),t(a,n("Target"),el),t(a,n("Opposite"),$r)})}function hl(a,n,t){a.prototype[n]=function(e,r){let i;if(this.type!=="mixed"&&t!=="mixed"&&t!==this.type)throw new X(`Graph.${n}: cannot find this type of edges in your ${this.type} graph.`);if(arguments.length>2){if(this.multi)throw new X(`Graph.${n}: cannot use a {source,target} combo when asking about an edge's attributes in a MultiGraph since we cannot infer the one you want information about.`);let o=""+e,s=""+r;if(r=arguments[2],i=ve(this,o,s,t),!i)throw new W(`Graph.${n}: could not find an edge for the given path ("${o}" - "${s}").`)}else{if(t!=="mixed")throw new X(`Graph.${n}: calling this method with only a key (vs. a source and target) does not make sense since an edge with this key could have the other type.`);if(e=""+e,i=this._edges.get(e),!i)throw new W(`Graph.${n}: could not find the "${e}" edge in the graph.`)}return i.attributes[r]}}function fl(a,n,t){a.prototype[n]=function(e){let r;if(this.type!=="mixed"&&t!=="mixed"&&t!==this.type)throw new X(`Graph.${n}: cannot find this type of edges in your ${this.type} graph.`);if(arguments.length>1){if(this.multi)throw new X(`Graph.${n}: cannot use a {source,target} combo when asking about an edge's attributes in a MultiGraph since we cannot infer the one you want information about.`);let i=""+e,o=""+arguments[1];if(r=ve(this,i,o,t),!r)throw new W(`Graph.${n}: could not find an edge for the given path ("${i}" - "${o}").`)}else{if(t!=="mixed")throw new X(`Graph.${n}: calling this method with only a key (vs. a source and target) does not make sense since an edge with this key could have the other type.`);if(e=""+e,r=this._edges.get(e),!r)throw new W(`Graph.${n}: could not find the "${e}" edge in the graph.`)}return r.attributes}}function gl(a,n,t){a.prototype[n]=function(e,r){let i;if(this.type!=="mixed"&&t!=="mixed"&&t!==this.type)throw new X(`Graph.${n}: cannot find this type of edges in your ${this.type} graph.`);if(arguments.length>2){if(this.multi)throw new X(`Graph.${n}: cannot use a {source,target} combo when asking about an edge's attributes in a MultiGraph since we cannot infer the one you want information about.`);let o=""+e,s=""+r;if(r=arguments[2],i=ve(this,o,s,t),!i)throw new W(`Graph.${n}: could not find an edge for the given path ("${o}" - "${s}").`)}else{if(t!=="mixed")throw new X(`Graph.${n}: calling this method with only a key (vs. a source and target) does not make sense since an edge with this key could have the other type.`);if(e=""+e,i=this._edges.get(e),!i)throw new W(`Graph.${n}: could not find the "${e}" edge in the graph.`)}return i.attributes.hasOwnProperty(r)}}function pl(a,n,t){a.prototype[n]=function(e,r,i){let o;if(this.type!=="mixed"&&t!=="mixed"&&t!==this.type)throw new X(`Graph.${n}: cannot find this type of edges in your ${this.type} graph.`);if(arguments.length>3){if(this.multi)throw new X(`Graph.${n}: cannot use a {source,target} combo when asking about an edge's attributes in a MultiGraph since we cannot infer the one you want information about.`);let s=""+e,l=""+r;if(r=arguments[2],i=arguments[3],o=ve(this,s,l,t),!o)throw new W(`Graph.${n}: could not find an edge for the given path ("${s}" - "${l}").`)}else{if(t!=="mixed")throw new X(`Graph.${n}: calling this method with only a key (vs. a source and target) does not make sense since an edge with this key could have the other type.`);if(e=""+e,o=this._edges.get(e),!o)throw new W(`Graph.${n}: could not find the "${e}" edge in the graph.`)}return o.attributes[r]=i,this.emit("edgeAttributesUpdated",{key:o.key,type:"set",attributes:o.attributes,name:r}),this}}function vl(a,n,t){a.prototype[n]=function(e,r,i){let o;if(this.type!=="mixed"&&t!=="mixed"&&t!==this.type)throw new X(`Graph.${n}: cannot find this type of edges in your ${this.type} graph.`);if(arguments.length>3){if(this.multi)throw new X(`Graph.${n}: cannot use a {source,target} combo when asking about an edge's attributes in a MultiGraph since we cannot infer the one you want information about.`);let s=""+e,l=""+r;if(r=arguments[2],i=arguments[3],o=ve(this,s,l,t),!o)throw new W(`Graph.${n}: could not find an edge for the given path ("${s}" - "${l}").`)}else{if(t!=="mixed")throw new X(`Graph.${n}: calling this method with only a key (vs. a source and target) does not make sense since an edge with this key could have the other type.`);if(e=""+e,o=this._edges.get(e),!o)throw new W(`Graph.${n}: could not find the "${e}" edge in the graph.`)}if(typeof i!="function")throw new U(`Graph.${n}: updater should be a function.`);return o.attributes[r]=i(o.attributes[r]),this.emit("edgeAttributesUpdated",{key:o.key,type:"set",attributes:o.attributes,name:r}),this}}function ml(a,n,t){a.prototype[n]=function(e,r){let i;if(this.type!=="mixed"&&t!=="mixed"&&t!==this.type)throw new X(`Graph.${n}: cannot find this type of edges in your ${this.type} graph.`);if(arguments.length>2){if(this.multi)throw new X(`Graph.${n}: cannot use a {source,target} combo when asking about an edge's attributes in a MultiGraph since we cannot infer the one you want information about.`);let o=""+e,s=""+r;if(r=arguments[2],i=ve(this,o,s,t),!i)throw new W(`Graph.${n}: could not find an edge for the given path ("${o}" - "${s}").`)}else{if(t!=="mixed")throw new X(`Graph.${n}: calling this method with only a key (vs. a source and target) does not make sense since an edge with this key could have the other type.`);if(e=""+e,i=this._edges.get(e),!i)throw new W(`Graph.${n}: could not find the "${e}" edge in the graph.`)}return delete i.attributes[r],this.emit("edgeAttributesUpdated",{key:i.key,type:"remove",attributes:i.attributes,name:r}),this}}function bl(a,n,t){a.prototype[n]=function(e,r){let i;if(this.type!=="mixed"&&t!=="mixed"&&t!==this.type)throw new X(`Graph.${n}: cannot find this type of edges in your ${this.type} graph.`);if(arguments.length>2){if(this.multi)throw new X(`Graph.${n}: cannot use a {source,target} combo when asking about an edge's attributes in a MultiGraph since we cannot infer the one you want information about.`);let o=""+e,s=""+r;if(r=arguments[2],i=ve(this,o,s,t),!i)throw new W(`Graph.${n}: could not find an edge for the given path ("${o}" - "${s}").`)}else{if(t!=="mixed")throw new X(`Graph.${n}: calling this method with only a key (vs. a source and target) does not make sense since an edge with this key could have the other type.`);if(e=""+e,i=this._edges.get(e),!i)throw new W(`Graph.${n}: could not find the "${e}" edge in the graph.`)}if(!de(r))throw new U(`Graph.${n}: provided attributes are not a plain object.`);return i.attributes=r,this.emit("edgeAttributesUpdated",{key:i.key,type:"replace",attributes:i.attributes}),this}}function yl(a,n,t){a.prototype[n]=function(e,r){let i;if(this.type!=="mixed"&&t!=="mixed"&&t!==this.type)throw new X(`Graph.${n}: cannot find this type of edges in your ${this.type} graph.`);if(arguments.length>2){if(this.multi)throw new X(`Graph.${n}: cannot use a {source,target} combo when asking about an edge's attributes in a MultiGraph since we cannot infer the one you want information about.`);let o=""+e,s=""+r;if(r=arguments[2],i=ve(this,o,s,t),!i)throw new W(`Graph.${n}: could not find an edge for the given path ("${o}" - "${s}").`)}else{if(t!=="mixed")throw new X(`Graph.${n}: calling this method with only a key (vs. a source and target) does not make sense since an edge with this key could have the other type.`);if(e=""+e,i=this._edges.get(e),!i)throw new W(`Graph.${n}: could not find the "${e}" edge in the graph.`)}if(!de(r))throw new U(`Graph.${n}: provided attributes are not a plain object.`);return oe(i.attributes,r),this.emit("edgeAttributesUpdated",{key:i.key,type:"merge",attributes:i.attributes,data:r}),this}}function xl(a,n,t){a.prototype[n]=function(e,r){let i;if(this.type!=="mixed"&&t!=="mixed"&&t!==this.type)throw new X(`Graph.${n}: cannot find this type of edges in your ${this.type} graph.`);if(arguments.length>2){if(this.multi)throw new X(`Graph.${n}: cannot use a {source,target} combo when asking about an edge's attributes in a MultiGraph since we cannot infer the one you want information about.`);let o=""+e,s=""+r;if(r=arguments[2],i=ve(this,o,s,t),!i)throw new W(`Graph.${n}: could not find an edge for the given path ("${o}" - "${s}").`)}else{if(t!=="mixed")throw new X(`Graph.${n}: calling this method with only a key (vs. a source and target) does not make sense since an edge with this key could have the other type.`);if(e=""+e,i=this._edges.get(e),!i)throw new W(`Graph.${n}: could not find the "${e}" edge in the graph.`)}if(typeof r!="function")throw new U(`Graph.${n}: provided updater is not a function.`);return i.attributes=r(i.attributes),this.emit("edgeAttributesUpdated",{key:i.key,type:"update",attributes:i.attributes}),this}}var _l=[{name:a=>`get${a}Attribute`,attacher:hl},{name:a=>`get${a}Attributes`,attacher:fl},{name:a=>`has${a}Attribute`,attacher:gl},{name:a=>`set${a}Attribute`,attacher:pl},{name:a=>`update${a}Attribute`,attacher:vl},{name:a=>`remove${a}Attribute`,attacher:ml},{name:a=>`replace${a}Attributes`,attacher:bl},{name:a=>`merge${a}Attributes`,attacher:yl},{name:a=>`update${a}Attributes`,attacher:xl}];function Tl(a){_l.forEach(function({name:n,attacher:t}){t(a,n("Edge"),"mixed"),t(a,n("DirectedEdge"),"directed"),t(a,n("UndirectedEdge"),"undirected")})}var Sl=[{name:"edges",type:"mixed"},{name:"inEdges",type:"directed",direction:"in"},{name:"outEdges",type:"directed",direction:"out"},{name:"inboundEdges",type:"mixed",direction:"in"},{name:"outboundEdges",type:"mixed",direction:"out"},{name:"directedEdges",type:"directed"},{name:"undirectedEdges",type:"undirected"}];function El(a,n,t,e){let r=!1;for(let i in n){if(i===e)continue;let o=n[i];if(r=t(o.key,o.attributes,o.source.key,o.target.key,o.source.attributes,o.target.attributes,o.undirected),a&&r)return o.key}}function wl(a,n,t,e){let r,i,o,s=!1;for(let l in n)if(l!==e){r=n[l];do{if(i=r.source,o=r.target,s=t(r.key,r.attributes,i.key,o.key,i.attributes,o.attributes,r.undirected),a&&s)return r.key;r=r.next}while(r!==void 0)}}function oa(a,n){let t=Object.keys(a),e=t.length,r,i=0;return{[Symbol.iterator](){return this},next(){do if(r)r=r.next;else{if(i>=e)return{done:!0};let o=t[i++];if(o===n){r=void 0;continue}r=a[o]}while(!r);return{done:!1,value:{edge:r.key,attributes:r.attributes,source:r.source.key,target:r.target.key,sourceAttributes:r.source.attributes,targetAttributes:r.target.attributes,undirected:r.undirected}}}}}function Rl(a,n,t,e){let r=n[t];if(!r)return;let i=r.source,o=r.target;if(e(r.key,r.attributes,i.key,o.key,i.attributes,o.attributes,r.undirected)&&a)return r.key}function Al(a,n,t,e){let r=n[t];if(!r)return;let i=!1;do{if(i=e(r.key,r.attributes,r.source.key,r.target.key,r.source.attributes,r.target.attributes,r.undirected),a&&i)return r.key;r=r.next}while(r!==void 0)}function sa(a,n){let t=a[n];if(t.next!==void 0)return{[Symbol.iterator](){return this},next(){if(!t)return{done:!0};let r={edge:t.key,attributes:t.attributes,source:t.source.key,target:t.target.key,sourceAttributes:t.source.attributes,targetAttributes:t.target.attributes,undirected:t.undirected};return t=t.next,{done:!1,value:r}}};let e=!1;return{[Symbol.iterator](){return this},next(){return e===!0?{done:!0}:(e=!0,{done:!1,value:{edge:t.key,attributes:t.attributes,source:t.source.key,target:t.target.key,sourceAttributes:t.source.attributes,targetAttributes:t.target.attributes,undirected:t.undirected}})}}}function Dl(a,n){if(a.size===0)return[];if(n==="mixed"||n===a.type)return Array.from(a._edges.keys());let t=n==="undirected"?a.undirectedSize:a.directedSize,e=new Array(t),r=n==="undirected",i=a._edges.values(),o=0,s,l;for(;s=i.next(),s.done!==!0;)l=s.value,l.undirected===r&&(e[o++]=l.key);return e}function Vr(a,n,t,e){if(n.size===0)return;let r=t!=="mixed"&&t!==n.type,i=t==="undirected",o,s,l=!1,d=n._edges.values();for(;o=d.next(),o.done!==!0;){if(s=o.value,r&&s.undirected!==i)continue;let{key:u,attributes:c,source:f,target:h}=s;if(l=e(u,c,f.key,h.key,f.attributes,h.attributes,s.undirected),a&&l)return u}}function Ll(a,n){if(a.size===0)return ot();let t=n!=="mixed"&&n!==a.type,e=n==="undirected",r=a._edges.values();return{[Symbol.iterator](){return this},next(){let i,o;for(;;){if(i=r.next(),i.done)return i;if(o=i.value,!(t&&o.undirected!==e))break}return{value:{edge:o.key,attributes:o.attributes,source:o.source.key,target:o.target.key,sourceAttributes:o.source.attributes,targetAttributes:o.target.attributes,undirected:o.undirected},done:!1}}}}function la(a,n,t,e,r,i){let o=n?wl:El,s;if(t!=="undirected"&&(e!=="out"&&(s=o(a,r.in,i),a&&s)||e!=="in"&&(s=o(a,r.out,i,e?void 0:r.key),a&&s))||t!=="directed"&&(s=o(a,r.undirected,i),a&&s))return s}function Cl(a,n,t,e){let r=[];return la(!1,a,n,t,e,function(i){r.push(i)}),r}function kl(a,n,t){let e=ot();return a!=="undirected"&&(n!=="out"&&typeof t.in<"u"&&(e=Ce(e,oa(t.in))),n!=="in"&&typeof t.out<"u"&&(e=Ce(e,oa(t.out,n?void 0:t.key)))),a!=="directed"&&typeof t.undirected<"u"&&(e=Ce(e,oa(t.undirected))),e}function da(a,n,t,e,r,i,o){let s=t?Al:Rl,l;if(n!=="undirected"&&(typeof r.in<"u"&&e!=="out"&&(l=s(a,r.in,i,o),a&&l)||typeof r.out<"u"&&e!=="in"&&(e||r.key!==i)&&(l=s(a,r.out,i,o),a&&l))||n!=="directed"&&typeof r.undirected<"u"&&(l=s(a,r.undirected,i,o),a&&l))return l}function Pl(a,n,t,e,r){let i=[];return da(!1,a,n,t,e,r,function(o){i.push(o)}),i}function Fl(a,n,t,e){let r=ot();return a!=="undirected"&&(typeof t.in<"u"&&n!=="out"&&e in t.in&&(r=Ce(r,sa(t.in,e))),typeof t.out<"u"&&n!=="in"&&e in t.out&&(n||t.key!==e)&&(r=Ce(r,sa(t.out,e)))),a!=="directed"&&typeof t.undirected<"u"&&e in t.undirected&&(r=Ce(r,sa(t.undirected,e))),r}function Il(a,n){let{name:t,type:e,direction:r}=n;a.prototype[t]=function(i,o){if(e!=="mixed"&&this.type!=="mixed"&&e!==this.type)return[];if(!arguments.length)return Dl(this,e);if(arguments.length===1){i=""+i;let s=this._nodes.get(i);if(typeof s>"u")throw new W(`Graph.${t}: could not find the "${i}" node in the graph.`);return Cl(this.multi,e==="mixed"?this.type:e,r,s)}if(arguments.length===2){i=""+i,o=""+o;let s=this._nodes.get(i);if(!s)throw new W(`Graph.${t}:  could not find the "${i}" source node in the graph.`);if(!this._nodes.has(o))throw new W(`Graph.${t}:  could not find the "${o}" target node in the graph.`);return Pl(e,this.multi,r,s,o)}throw new U(`Graph.${t}: too many arguments (expecting 0, 1 or 2 and got ${arguments.length}).`)}}function Nl(a,n){let{name:t,type:e,direction:r}=n,i="forEach"+t[0].toUpperCase()+t.slice(1,-1);a.prototype[i]=function(d,u,c){if(!(e!=="mixed"&&this.type!=="mixed"&&e!==this.type)){if(arguments.length===1)return c=d,Vr(!1,this,e,c);if(arguments.length===2){d=""+d,c=u;let f=this._nodes.get(d);if(typeof f>"u")throw new W(`Graph.${i}: could not find the "${d}" node in the graph.`);return la(!1,this.multi,e==="mixed"?this.type:e,r,f,c)}if(arguments.length===3){d=""+d,u=""+u;let f=this._nodes.get(d);if(!f)throw new W(`Graph.${i}:  could not find the "${d}" source node in the graph.`);if(!this._nodes.has(u))throw new W(`Graph.${i}:  could not find the "${u}" target node in the graph.`);return da(!1,e,this.multi,r,f,u,c)}throw new U(`Graph.${i}: too many arguments (expecting 1, 2 or 3 and got ${arguments.length}).`)}};let o="map"+t[0].toUpperCase()+t.slice(1);a.prototype[o]=function(){let d=Array.prototype.slice.call(arguments),u=d.pop(),c;if(d.length===0){let f=0;e!=="directed"&&(f+=this.undirectedSize),e!=="undirected"&&(f+=this.directedSize),c=new Array(f);let h=0;d.push((g,p,m,v,b,y,_)=>{c[h++]=u(g,p,m,v,b,y,_)})}else c=[],d.push((f,h,g,p,m,v,b)=>{c.push(u(f,h,g,p,m,v,b))});return this[i].apply(this,d),c};let s="filter"+t[0].toUpperCase()+t.slice(1);a.prototype[s]=function(){let d=Array.prototype.slice.call(arguments),u=d.pop(),c=[];return d.push((f,h,g,p,m,v,b)=>{u(f,h,g,p,m,v,b)&&c.push(f)}),this[i].apply(this,d),c};let l="reduce"+t[0].toUpperCase()+t.slice(1);a.prototype[l]=function(){let d=Array.prototype.slice.call(arguments);if(d.length<2||d.length>4)throw new U(`Graph.${l}: invalid number of arguments (expecting 2, 3 or 4 and got ${d.length}).`);if(typeof d[d.length-1]=="function"&&typeof d[d.length-2]!="function")throw new U(`Graph.${l}: missing initial value. You must provide it because the callback takes more than one argument and we cannot infer the initial value from the first iteration, as you could with a simple array.`);let u,c;d.length===2?(u=d[0],c=d[1],d=[]):d.length===3?(u=d[1],c=d[2],d=[d[0]]):d.length===4&&(u=d[2],c=d[3],d=[d[0],d[1]]);let f=c;return d.push((h,g,p,m,v,b,y)=>{f=u(f,h,g,p,m,v,b,y)}),this[i].apply(this,d),f}}function Gl(a,n){let{name:t,type:e,direction:r}=n,i="find"+t[0].toUpperCase()+t.slice(1,-1);a.prototype[i]=function(l,d,u){if(e!=="mixed"&&this.type!=="mixed"&&e!==this.type)return!1;if(arguments.length===1)return u=l,Vr(!0,this,e,u);if(arguments.length===2){l=""+l,u=d;let c=this._nodes.get(l);if(typeof c>"u")throw new W(`Graph.${i}: could not find the "${l}" node in the graph.`);return la(!0,this.multi,e==="mixed"?this.type:e,r,c,u)}if(arguments.length===3){l=""+l,d=""+d;let c=this._nodes.get(l);if(!c)throw new W(`Graph.${i}:  could not find the "${l}" source node in the graph.`);if(!this._nodes.has(d))throw new W(`Graph.${i}:  could not find the "${d}" target node in the graph.`);return da(!0,e,this.multi,r,c,d,u)}throw new U(`Graph.${i}: too many arguments (expecting 1, 2 or 3 and got ${arguments.length}).`)};let o="some"+t[0].toUpperCase()+t.slice(1,-1);a.prototype[o]=function(){let l=Array.prototype.slice.call(arguments),d=l.pop();return l.push((c,f,h,g,p,m,v)=>d(c,f,h,g,p,m,v)),!!this[i].apply(this,l)};let s="every"+t[0].toUpperCase()+t.slice(1,-1);a.prototype[s]=function(){let l=Array.prototype.slice.call(arguments),d=l.pop();return l.push((c,f,h,g,p,m,v)=>!d(c,f,h,g,p,m,v)),!this[i].apply(this,l)}}function zl(a,n){let{name:t,type:e,direction:r}=n,i=t.slice(0,-1)+"Entries";a.prototype[i]=function(o,s){if(e!=="mixed"&&this.type!=="mixed"&&e!==this.type)return ot();if(!arguments.length)return Ll(this,e);if(arguments.length===1){o=""+o;let l=this._nodes.get(o);if(!l)throw new W(`Graph.${i}: could not find the "${o}" node in the graph.`);return kl(e,r,l)}if(arguments.length===2){o=""+o,s=""+s;let l=this._nodes.get(o);if(!l)throw new W(`Graph.${i}:  could not find the "${o}" source node in the graph.`);if(!this._nodes.has(s))throw new W(`Graph.${i}:  could not find the "${s}" target node in the graph.`);return Fl(e,r,l,s)}throw new U(`Graph.${i}: too many arguments (expecting 0, 1 or 2 and got ${arguments.length}).`)}}function Ml(a){Sl.forEach(n=>{Il(a,n),Nl(a,n),Gl(a,n),zl(a,n)})}var Ol=[{name:"neighbors",type:"mixed"},{name:"inNeighbors",type:"directed",direction:"in"},{name:"outNeighbors",type:"directed",direction:"out"},{name:"inboundNeighbors",type:"mixed",direction:"in"},{name:"outboundNeighbors",type:"mixed",direction:"out"},{name:"directedNeighbors",type:"directed"},{name:"undirectedNeighbors",type:"undirected"}];function pn(){this.A=null,this.B=null}pn.prototype.wrap=function(a){this.A===null?this.A=a:this.B===null&&(this.B=a)};pn.prototype.has=function(a){return this.A!==null&&a in this.A||this.B!==null&&a in this.B};function Lt(a,n,t,e,r){for(let i in e){let o=e[i],s=o.source,l=o.target,d=s===t?l:s;if(n&&n.has(d.key))continue;let u=r(d.key,d.attributes);if(a&&u)return d.key}}function ua(a,n,t,e,r){if(n!=="mixed"){if(n==="undirected")return Lt(a,null,e,e.undirected,r);if(typeof t=="string")return Lt(a,null,e,e[t],r)}let i=new pn,o;if(n!=="undirected"){if(t!=="out"){if(o=Lt(a,null,e,e.in,r),a&&o)return o;i.wrap(e.in)}if(t!=="in"){if(o=Lt(a,i,e,e.out,r),a&&o)return o;i.wrap(e.out)}}if(n!=="directed"&&(o=Lt(a,i,e,e.undirected,r),a&&o))return o}function Bl(a,n,t){if(a!=="mixed"){if(a==="undirected")return Object.keys(t.undirected);if(typeof n=="string")return Object.keys(t[n])}let e=[];return ua(!1,a,n,t,function(r){e.push(r)}),e}function Ct(a,n,t){let e=Object.keys(t),r=e.length,i=0;return{[Symbol.iterator](){return this},next(){let o=null;do{if(i>=r)return a&&a.wrap(t),{done:!0};let s=t[e[i++]],l=s.source,d=s.target;if(o=l===n?d:l,a&&a.has(o.key)){o=null;continue}}while(o===null);return{done:!1,value:{neighbor:o.key,attributes:o.attributes}}}}}function Wl(a,n,t){if(a!=="mixed"){if(a==="undirected")return Ct(null,t,t.undirected);if(typeof n=="string")return Ct(null,t,t[n])}let e=ot(),r=new pn;return a!=="undirected"&&(n!=="out"&&(e=Ce(e,Ct(r,t,t.in))),n!=="in"&&(e=Ce(e,Ct(r,t,t.out)))),a!=="directed"&&(e=Ce(e,Ct(r,t,t.undirected))),e}function Ul(a,n){let{name:t,type:e,direction:r}=n;a.prototype[t]=function(i){if(e!=="mixed"&&this.type!=="mixed"&&e!==this.type)return[];i=""+i;let o=this._nodes.get(i);if(typeof o>"u")throw new W(`Graph.${t}: could not find the "${i}" node in the graph.`);return Bl(e==="mixed"?this.type:e,r,o)}}function Hl(a,n){let{name:t,type:e,direction:r}=n,i="forEach"+t[0].toUpperCase()+t.slice(1,-1);a.prototype[i]=function(d,u){if(e!=="mixed"&&this.type!=="mixed"&&e!==this.type)return;d=""+d;let c=this._nodes.get(d);if(typeof c>"u")throw new W(`Graph.${i}: could not find the "${d}" node in the graph.`);ua(!1,e==="mixed"?this.type:e,r,c,u)};let o="map"+t[0].toUpperCase()+t.slice(1);a.prototype[o]=function(d,u){let c=[];return this[i](d,(f,h)=>{c.push(u(f,h))}),c};let s="filter"+t[0].toUpperCase()+t.slice(1);a.prototype[s]=function(d,u){let c=[];return this[i](d,(f,h)=>{u(f,h)&&c.push(f)}),c};let l="reduce"+t[0].toUpperCase()+t.slice(1);a.prototype[l]=function(d,u,c){if(arguments.length<3)throw new U(`Graph.${l}: missing initial value. You must provide it because the callback takes more than one argument and we cannot infer the initial value from the first iteration, as you could with a simple array.`);let f=c;return this[i](d,(h,g)=>{f=u(f,h,g)}),f}}function $l(a,n){let{name:t,type:e,direction:r}=n,i=t[0].toUpperCase()+t.slice(1,-1),o="find"+i;a.prototype[o]=function(d,u){if(e!=="mixed"&&this.type!=="mixed"&&e!==this.type)return;d=""+d;let c=this._nodes.get(d);if(typeof c>"u")throw new W(`Graph.${o}: could not find the "${d}" node in the graph.`);return ua(!0,e==="mixed"?this.type:e,r,c,u)};let s="some"+i;a.prototype[s]=function(d,u){return!!this[o](d,u)};let l="every"+i;a.prototype[l]=function(d,u){return!this[o](d,(f,h)=>!u(f,h))}}function Vl(a,n){let{name:t,type:e,direction:r}=n,i=t.slice(0,-1)+"Entries";a.prototype[i]=function(o){if(e!=="mixed"&&this.type!=="mixed"&&e!==this.type)return ot();o=""+o;let s=this._nodes.get(o);if(typeof s>"u")throw new W(`Graph.${i}: could not find the "${o}" node in the graph.`);return Wl(e==="mixed"?this.type:e,r,s)}}function Xl(a){Ol.forEach(n=>{Ul(a,n),Hl(a,n),$l(a,n),Vl(a,n)})}function dn(a,n,t,e,r){let i=e._nodes.values(),o=e.type,s,l,d,u,c,f,h;for(;s=i.next(),s.done!==!0;){let g=!1;if(l=s.value,o!=="undirected"){u=l.out;for(d in u){c=u[d];do{if(f=c.target,g=!0,h=r(l.key,f.key,l.attributes,f.attributes,c.key,c.attributes,c.undirected),a&&h)return c;c=c.next}while(c)}}if(o!=="directed"){u=l.undirected;for(d in u)if(!(n&&l.key>d)){c=u[d];do{if(f=c.target,f.key!==d&&(f=c.source),g=!0,h=r(l.key,f.key,l.attributes,f.attributes,c.key,c.attributes,c.undirected),a&&h)return c;c=c.next}while(c)}}if(t&&!g&&(h=r(l.key,null,l.attributes,null,null,null,null),a&&h))return null}}function jl(a,n){let t={key:a};return Mr(n.attributes)||(t.attributes=oe({},n.attributes)),t}function ql(a,n,t){let e={key:n,source:t.source.key,target:t.target.key};return Mr(t.attributes)||(e.attributes=oe({},t.attributes)),a==="mixed"&&t.undirected&&(e.undirected=!0),e}function Yl(a){if(!de(a))throw new U('Graph.import: invalid serialized node. A serialized node should be a plain object with at least a "key" property.');if(!("key"in a))throw new U("Graph.import: serialized node is missing its key.");if("attributes"in a&&(!de(a.attributes)||a.attributes===null))throw new U("Graph.import: invalid attributes. Attributes should be a plain object, null or omitted.")}function Kl(a){if(!de(a))throw new U('Graph.import: invalid serialized edge. A serialized edge should be a plain object with at least a "source" & "target" property.');if(!("source"in a))throw new U("Graph.import: serialized edge is missing its source.");if(!("target"in a))throw new U("Graph.import: serialized edge is missing its target.");if("attributes"in a&&(!de(a.attributes)||a.attributes===null))throw new U("Graph.import: invalid attributes. Attributes should be a plain object, null or omitted.");if("undirected"in a&&typeof a.undirected!="boolean")throw new U("Graph.import: invalid undirectedness information. Undirected should be boolean or omitted.")}var Zl=Js(),Ql=new Set(["directed","undirected","mixed"]),Nr=new Set(["domain","_events","_eventsCount","_maxListeners"]),Jl=[{name:a=>`${a}Edge`,generateKey:!0},{name:a=>`${a}DirectedEdge`,generateKey:!0,type:"directed"},{name:a=>`${a}UndirectedEdge`,generateKey:!0,type:"undirected"},{name:a=>`${a}EdgeWithKey`},{name:a=>`${a}DirectedEdgeWithKey`,type:"directed"},{name:a=>`${a}UndirectedEdgeWithKey`,type:"undirected"}],ed={allowSelfLoops:!0,multi:!1,type:"mixed"};function td(a,n,t){if(t&&!de(t))throw new U(`Graph.addNode: invalid attributes. Expecting an object but got "${t}"`);if(n=""+n,t=t||{},a._nodes.has(n))throw new X(`Graph.addNode: the "${n}" node already exist in the graph.`);let e=new a.NodeDataClass(n,t);return a._nodes.set(n,e),a.emit("nodeAdded",{key:n,attributes:t}),e}function Gr(a,n,t){let e=new a.NodeDataClass(n,t);return a._nodes.set(n,e),a.emit("nodeAdded",{key:n,attributes:t}),e}function Xr(a,n,t,e,r,i,o,s){if(!e&&a.type==="undirected")throw new X(`Graph.${n}: you cannot add a directed edge to an undirected graph. Use the #.addEdge or #.addUndirectedEdge instead.`);if(e&&a.type==="directed")throw new X(`Graph.${n}: you cannot add an undirected edge to a directed graph. Use the #.addEdge or #.addDirectedEdge instead.`);if(s&&!de(s))throw new U(`Graph.${n}: invalid attributes. Expecting an object but got "${s}"`);if(i=""+i,o=""+o,s=s||{},!a.allowSelfLoops&&i===o)throw new X(`Graph.${n}: source & target are the same ("${i}"), thus creating a loop explicitly forbidden by this graph 'allowSelfLoops' option set to false.`);let l=a._nodes.get(i),d=a._nodes.get(o);if(!l)throw new W(`Graph.${n}: source node "${i}" not found.`);if(!d)throw new W(`Graph.${n}: target node "${o}" not found.`);let u={key:null,undirected:e,source:i,target:o,attributes:s};if(t)r=a._edgeKeyGenerator();else if(r=""+r,a._edges.has(r))throw new X(`Graph.${n}: the "${r}" edge already exists in the graph.`);if(!a.multi&&(e?typeof l.undirected[o]<"u":typeof l.out[o]<"u"))throw new X(`Graph.${n}: an edge linking "${i}" to "${o}" already exists. If you really want to add multiple edges linking those nodes, you should create a multi graph by using the 'multi' option.`);let c=new st(e,r,l,d,s);a._edges.set(r,c);let f=i===o;return e?(l.undirectedDegree++,d.undirectedDegree++,f&&(l.undirectedLoops++,a._undirectedSelfLoopCount++)):(l.outDegree++,d.inDegree++,f&&(l.directedLoops++,a._directedSelfLoopCount++)),a.multi?c.attachMulti():c.attach(),e?a._undirectedSize++:a._directedSize++,u.key=r,a.emit("edgeAdded",u),r}function nd(a,n,t,e,r,i,o,s,l){if(!e&&a.type==="undirected")throw new X(`Graph.${n}: you cannot merge/update a directed edge to an undirected graph. Use the #.mergeEdge/#.updateEdge or #.addUndirectedEdge instead.`);if(e&&a.type==="directed")throw new X(`Graph.${n}: you cannot merge/update an undirected edge to a directed graph. Use the #.mergeEdge/#.updateEdge or #.addDirectedEdge instead.`);if(s){if(l){if(typeof s!="function")throw new U(`Graph.${n}: invalid updater function. Expecting a function but got "${s}"`)}else if(!de(s))throw new U(`Graph.${n}: invalid attributes. Expecting an object but got "${s}"`)}i=""+i,o=""+o;let d;if(l&&(d=s,s=void 0),!a.allowSelfLoops&&i===o)throw new X(`Graph.${n}: source & target are the same ("${i}"), thus creating a loop explicitly forbidden by this graph 'allowSelfLoops' option set to false.`);let u=a._nodes.get(i),c=a._nodes.get(o),f,h;if(!t&&(f=a._edges.get(r),f)){if((f.source.key!==i||f.target.key!==o)&&(!e||f.source.key!==o||f.target.key!==i))throw new X(`Graph.${n}: inconsistency detected when attempting to merge the "${r}" edge with "${i}" source & "${o}" target vs. ("${f.source.key}", "${f.target.key}").`);h=f}if(!h&&!a.multi&&u&&(h=e?u.undirected[o]:u.out[o]),h){let b=[h.key,!1,!1,!1];if(l?!d:!s)return b;if(l){let y=h.attributes;h.attributes=d(y),a.emit("edgeAttributesUpdated",{type:"replace",key:h.key,attributes:h.attributes})}else oe(h.attributes,s),a.emit("edgeAttributesUpdated",{type:"merge",key:h.key,attributes:h.attributes,data:s});return b}s=s||{},l&&d&&(s=d(s));let g={key:null,undirected:e,source:i,target:o,attributes:s};if(t)r=a._edgeKeyGenerator();else if(r=""+r,a._edges.has(r))throw new X(`Graph.${n}: the "${r}" edge already exists in the graph.`);let p=!1,m=!1;u||(u=Gr(a,i,{}),p=!0,i===o&&(c=u,m=!0)),c||(c=Gr(a,o,{}),m=!0),f=new st(e,r,u,c,s),a._edges.set(r,f);let v=i===o;return e?(u.undirectedDegree++,c.undirectedDegree++,v&&(u.undirectedLoops++,a._undirectedSelfLoopCount++)):(u.outDegree++,c.inDegree++,v&&(u.directedLoops++,a._directedSelfLoopCount++)),a.multi?f.attachMulti():f.attach(),e?a._undirectedSize++:a._directedSize++,g.key=r,a.emit("edgeAdded",g),[r,!0,p,m]}function it(a,n){a._edges.delete(n.key);let{source:t,target:e,attributes:r}=n,i=n.undirected,o=t===e;i?(t.undirectedDegree--,e.undirectedDegree--,o&&(t.undirectedLoops--,a._undirectedSelfLoopCount--)):(t.outDegree--,e.inDegree--,o&&(t.directedLoops--,a._directedSelfLoopCount--)),a.multi?n.detachMulti():n.detach(),i?a._undirectedSize--:a._directedSize--,a.emit("edgeDropped",{key:n.key,attributes:r,source:t.key,target:e.key,undirected:i})}var ee=class a extends zr.EventEmitter{constructor(n){if(super(),n=oe({},ed,n),typeof n.multi!="boolean")throw new U(`Graph.constructor: invalid 'multi' option. Expecting a boolean but got "${n.multi}".`);if(!Ql.has(n.type))throw new U(`Graph.constructor: invalid 'type' option. Should be one of "mixed", "directed" or "undirected" but got "${n.type}".`);if(typeof n.allowSelfLoops!="boolean")throw new U(`Graph.constructor: invalid 'allowSelfLoops' option. Expecting a boolean but got "${n.allowSelfLoops}".`);let t=n.type==="mixed"?Or:n.type==="directed"?Br:Wr;pe(this,"NodeDataClass",t);let e="geid_"+Zl()+"_",r=0,i=()=>{let o;do o=e+r++;while(this._edges.has(o));return o};pe(this,"_attributes",{}),pe(this,"_nodes",new Map),pe(this,"_edges",new Map),pe(this,"_directedSize",0),pe(this,"_undirectedSize",0),pe(this,"_directedSelfLoopCount",0),pe(this,"_undirectedSelfLoopCount",0),pe(this,"_edgeKeyGenerator",i),pe(this,"_options",n),Nr.forEach(o=>pe(this,o,this[o])),Se(this,"order",()=>this._nodes.size),Se(this,"size",()=>this._edges.size),Se(this,"directedSize",()=>this._directedSize),Se(this,"undirectedSize",()=>this._undirectedSize),Se(this,"selfLoopCount",()=>this._directedSelfLoopCount+this._undirectedSelfLoopCount),Se(this,"directedSelfLoopCount",()=>this._directedSelfLoopCount),Se(this,"undirectedSelfLoopCount",()=>this._undirectedSelfLoopCount),Se(this,"multi",this._options.multi),Se(this,"type",this._options.type),Se(this,"allowSelfLoops",this._options.allowSelfLoops),Se(this,"implementation",()=>"graphology")}_resetInstanceCounters(){this._directedSize=0,this._undirectedSize=0,this._directedSelfLoopCount=0,this._undirectedSelfLoopCount=0}hasNode(n){return this._nodes.has(""+n)}hasDirectedEdge(n,t){if(this.type==="undirected")return!1;if(arguments.length===1){let e=""+n,r=this._edges.get(e);return!!r&&!r.undirected}else if(arguments.length===2){n=""+n,t=""+t;let e=this._nodes.get(n);return e?e.out.hasOwnProperty(t):!1}throw new U(`Graph.hasDirectedEdge: invalid arity (${arguments.length}, instead of 1 or 2). You can either ask for an edge id or for the existence of an edge between a source & a target.`)}hasUndirectedEdge(n,t){if(this.type==="directed")return!1;if(arguments.length===1){let e=""+n,r=this._edges.get(e);return!!r&&r.undirected}else if(arguments.length===2){n=""+n,t=""+t;let e=this._nodes.get(n);return e?e.undirected.hasOwnProperty(t):!1}throw new U(`Graph.hasDirectedEdge: invalid arity (${arguments.length}, instead of 1 or 2). You can either ask for an edge id or for the existence of an edge between a source & a target.`)}hasEdge(n,t){if(arguments.length===1){let e=""+n;return this._edges.has(e)}else if(arguments.length===2){n=""+n,t=""+t;let e=this._nodes.get(n);return e?typeof e.out<"u"&&e.out.hasOwnProperty(t)||typeof e.undirected<"u"&&e.undirected.hasOwnProperty(t):!1}throw new U(`Graph.hasEdge: invalid arity (${arguments.length}, instead of 1 or 2). You can either ask for an edge id or for the existence of an edge between a source & a target.`)}directedEdge(n,t){if(this.type==="undirected")return;if(n=""+n,t=""+t,this.multi)throw new X("Graph.directedEdge: this method is irrelevant with multigraphs since there might be multiple edges between source & target. See #.directedEdges instead.");let e=this._nodes.get(n);if(!e)throw new W(`Graph.directedEdge: could not find the "${n}" source node in the graph.`);if(!this._nodes.has(t))throw new W(`Graph.directedEdge: could not find the "${t}" target node in the graph.`);let r=e.out&&e.out[t]||void 0;if(r)return r.key}undirectedEdge(n,t){if(this.type==="directed")return;if(n=""+n,t=""+t,this.multi)throw new X("Graph.undirectedEdge: this method is irrelevant with multigraphs since there might be multiple edges between source & target. See #.undirectedEdges instead.");let e=this._nodes.get(n);if(!e)throw new W(`Graph.undirectedEdge: could not find the "${n}" source node in the graph.`);if(!this._nodes.has(t))throw new W(`Graph.undirectedEdge: could not find the "${t}" target node in the graph.`);let r=e.undirected&&e.undirected[t]||void 0;if(r)return r.key}edge(n,t){if(this.multi)throw new X("Graph.edge: this method is irrelevant with multigraphs since there might be multiple edges between source & target. See #.edges instead.");n=""+n,t=""+t;let e=this._nodes.get(n);if(!e)throw new W(`Graph.edge: could not find the "${n}" source node in the graph.`);if(!this._nodes.has(t))throw new W(`Graph.edge: could not find the "${t}" target node in the graph.`);let r=e.out&&e.out[t]||e.undirected&&e.undirected[t]||void 0;if(r)return r.key}areDirectedNeighbors(n,t){n=""+n,t=""+t;let e=this._nodes.get(n);if(!e)throw new W(`Graph.areDirectedNeighbors: could not find the "${n}" node in the graph.`);return this.type==="undirected"?!1:t in e.in||t in e.out}areOutNeighbors(n,t){n=""+n,t=""+t;let e=this._nodes.get(n);if(!e)throw new W(`Graph.areOutNeighbors: could not find the "${n}" node in the graph.`);return this.type==="undirected"?!1:t in e.out}areInNeighbors(n,t){n=""+n,t=""+t;let e=this._nodes.get(n);if(!e)throw new W(`Graph.areInNeighbors: could not find the "${n}" node in the graph.`);return this.type==="undirected"?!1:t in e.in}areUndirectedNeighbors(n,t){n=""+n,t=""+t;let e=this._nodes.get(n);if(!e)throw new W(`Graph.areUndirectedNeighbors: could not find the "${n}" node in the graph.`);return this.type==="directed"?!1:t in e.undirected}areNeighbors(n,t){n=""+n,t=""+t;let e=this._nodes.get(n);if(!e)throw new W(`Graph.areNeighbors: could not find the "${n}" node in the graph.`);return this.type!=="undirected"&&(t in e.in||t in e.out)||this.type!=="directed"&&t in e.undirected}areInboundNeighbors(n,t){n=""+n,t=""+t;let e=this._nodes.get(n);if(!e)throw new W(`Graph.areInboundNeighbors: could not find the "${n}" node in the graph.`);return this.type!=="undirected"&&t in e.in||this.type!=="directed"&&t in e.undirected}areOutboundNeighbors(n,t){n=""+n,t=""+t;let e=this._nodes.get(n);if(!e)throw new W(`Graph.areOutboundNeighbors: could not find the "${n}" node in the graph.`);return this.type!=="undirected"&&t in e.out||this.type!=="directed"&&t in e.undirected}inDegree(n){n=""+n;let t=this._nodes.get(n);if(!t)throw new W(`Graph.inDegree: could not find the "${n}" node in the graph.`);return this.type==="undirected"?0:t.inDegree}outDegree(n){n=""+n;let t=this._nodes.get(n);if(!t)throw new W(`Graph.outDegree: could not find the "${n}" node in the graph.`);return this.type==="undirected"?0:t.outDegree}directedDegree(n){n=""+n;let t=this._nodes.get(n);if(!t)throw new W(`Graph.directedDegree: could not find the "${n}" node in the graph.`);return this.type==="undirected"?0:t.inDegree+t.outDegree}undirectedDegree(n){n=""+n;let t=this._nodes.get(n);if(!t)throw new W(`Graph.undirectedDegree: could not find the "${n}" node in the graph.`);return this.type==="directed"?0:t.undirectedDegree}inboundDegree(n){n=""+n;let t=this._nodes.get(n);if(!t)throw new W(`Graph.inboundDegree: could not find the "${n}" node in the graph.`);let e=0;return this.type!=="directed"&&(e+=t.undirectedDegree),this.type!=="undirected"&&(e+=t.inDegree),e}outboundDegree(n){n=""+n;let t=this._nodes.get(n);if(!t)throw new W(`Graph.outboundDegree: could not find the "${n}" node in the graph.`);let e=0;return this.type!=="directed"&&(e+=t.undirectedDegree),this.type!=="undirected"&&(e+=t.outDegree),e}degree(n){n=""+n;let t=this._nodes.get(n);if(!t)throw new W(`Graph.degree: could not find the "${n}" node in the graph.`);let e=0;return this.type!=="directed"&&(e+=t.undirectedDegree),this.type!=="undirected"&&(e+=t.inDegree+t.outDegree),e}inDegreeWithoutSelfLoops(n){n=""+n;let t=this._nodes.get(n);if(!t)throw new W(`Graph.inDegreeWithoutSelfLoops: could not find the "${n}" node in the graph.`);return this.type==="undirected"?0:t.inDegree-t.directedLoops}outDegreeWithoutSelfLoops(n){n=""+n;let t=this._nodes.get(n);if(!t)throw new W(`Graph.outDegreeWithoutSelfLoops: could not find the "${n}" node in the graph.`);return this.type==="undirected"?0:t.outDegree-t.directedLoops}directedDegreeWithoutSelfLoops(n){n=""+n;let t=this._nodes.get(n);if(!t)throw new W(`Graph.directedDegreeWithoutSelfLoops: could not find the "${n}" node in the graph.`);return this.type==="undirected"?0:t.inDegree+t.outDegree-t.directedLoops*2}undirectedDegreeWithoutSelfLoops(n){n=""+n;let t=this._nodes.get(n);if(!t)throw new W(`Graph.undirectedDegreeWithoutSelfLoops: could not find the "${n}" node in the graph.`);return this.type==="directed"?0:t.undirectedDegree-t.undirectedLoops*2}inboundDegreeWithoutSelfLoops(n){n=""+n;let t=this._nodes.get(n);if(!t)throw new W(`Graph.inboundDegreeWithoutSelfLoops: could not find the "${n}" node in the graph.`);let e=0,r=0;return this.type!=="directed"&&(e+=t.undirectedDegree,r+=t.undirectedLoops*2),this.type!=="undirected"&&(e+=t.inDegree,r+=t.directedLoops),e-r}outboundDegreeWithoutSelfLoops(n){n=""+n;let t=this._nodes.get(n);if(!t)throw new W(`Graph.outboundDegreeWithoutSelfLoops: could not find the "${n}" node in the graph.`);let e=0,r=0;return this.type!=="directed"&&(e+=t.undirectedDegree,r+=t.undirectedLoops*2),this.type!=="undirected"&&(e+=t.outDegree,r+=t.directedLoops),e-r}degreeWithoutSelfLoops(n){n=""+n;let t=this._nodes.get(n);if(!t)throw new W(`Graph.degreeWithoutSelfLoops: could not find the "${n}" node in the graph.`);let e=0,r=0;return this.type!=="directed"&&(e+=t.undirectedDegree,r+=t.undirectedLoops*2),this.type!=="undirected"&&(e+=t.inDegree+t.outDegree,r+=t.directedLoops*2),e-r}source(n){n=""+n;let t=this._edges.get(n);if(!t)throw new W(`Graph.source: could not find the "${n}" edge in the graph.`);return t.source.key}target(n){n=""+n;let t=this._edges.get(n);if(!t)throw new W(`Graph.target: could not find the "${n}" edge in the graph.`);return t.target.key}extremities(n){n=""+n;let t=this._edges.get(n);if(!t)throw new W(`Graph.extremities: could not find the "${n}" edge in the graph.`);return[t.source.key,t.target.key]}opposite(n,t){n=""+n,t=""+t;let e=this._edges.get(t);if(!e)throw new W(`Graph.opposite: could not find the "${t}" edge in the graph.`);let r=e.source.key,i=e.target.key;if(n===r)return i;if(n===i)return r;throw new W(`Graph.opposite: the "${n}" node is not attached to the "${t}" edge (${r}, ${i}).`)}hasExtremity(n,t){n=""+n,t=""+t;let e=this._edges.get(n);if(!e)throw new W(`Graph.hasExtremity: could not find the "${n}" edge in the graph.`);return e.source.key===t||e.target.key===t}isUndirected(n){n=""+n;let t=this._edges.get(n);if(!t)throw new W(`Graph.isUndirected: could not find the "${n}" edge in the graph.`);return t.undirected}isDirected(n){n=""+n;let t=this._edges.get(n);if(!t)throw new W(`Graph.isDirected: could not find the "${n}" edge in the graph.`);return!t.undirected}isSelfLoop(n){n=""+n;let t=this._edges.get(n);if(!t)throw new W(`Graph.isSelfLoop: could not find the "${n}" edge in the graph.`);return t.source===t.target}addNode(n,t){return td(this,n,t).key}mergeNode(n,t){if(t&&!de(t))throw new U(`Graph.mergeNode: invalid attributes. Expecting an object but got "${t}"`);n=""+n,t=t||{};let e=this._nodes.get(n);return e?(t&&(oe(e.attributes,t),this.emit("nodeAttributesUpdated",{type:"merge",key:n,attributes:e.attributes,data:t})),[n,!1]):(e=new this.NodeDataClass(n,t),this._nodes.set(n,e),this.emit("nodeAdded",{key:n,attributes:t}),[n,!0])}updateNode(n,t){if(t&&typeof t!="function")throw new U(`Graph.updateNode: invalid updater function. Expecting a function but got "${t}"`);n=""+n;let e=this._nodes.get(n);if(e){if(t){let i=e.attributes;e.attributes=t(i),this.emit("nodeAttributesUpdated",{type:"replace",key:n,attributes:e.attributes})}return[n,!1]}let r=t?t({}):{};return e=new this.NodeDataClass(n,r),this._nodes.set(n,e),this.emit("nodeAdded",{key:n,attributes:r}),[n,!0]}dropNode(n){n=""+n;let t=this._nodes.get(n);if(!t)throw new W(`Graph.dropNode: could not find the "${n}" node in the graph.`);let e;if(this.type!=="undirected"){for(let r in t.out){e=t.out[r];do it(this,e),e=e.next;while(e)}for(let r in t.in){e=t.in[r];do it(this,e),e=e.next;while(e)}}if(this.type!=="directed")for(let r in t.undirected){e=t.undirected[r];do it(this,e),e=e.next;while(e)}this._nodes.delete(n),this.emit("nodeDropped",{key:n,attributes:t.attributes})}dropEdge(n){let t;if(arguments.length>1){let e=""+arguments[0],r=""+arguments[1];if(t=ve(this,e,r,this.type),!t)throw new W(`Graph.dropEdge: could not find the "${e}" -> "${r}" edge in the graph.`)}else if(n=""+n,t=this._edges.get(n),!t)throw new W(`Graph.dropEdge: could not find the "${n}" edge in the graph.`);return it(this,t),this}dropDirectedEdge(n,t){if(arguments.length<2)throw new X("Graph.dropDirectedEdge: it does not make sense to try and drop a directed edge by key. What if the edge with this key is undirected? Use #.dropEdge for this purpose instead.");if(this.multi)throw new X("Graph.dropDirectedEdge: cannot use a {source,target} combo when dropping an edge in a MultiGraph since we cannot infer the one you want to delete as there could be multiple ones.");n=""+n,t=""+t;let e=ve(this,n,t,"directed");if(!e)throw new W(`Graph.dropDirectedEdge: could not find a "${n}" -> "${t}" edge in the graph.`);return it(this,e),this}dropUndirectedEdge(n,t){if(arguments.length<2)throw new X("Graph.dropUndirectedEdge: it does not make sense to drop a directed edge by key. What if the edge with this key is undirected? Use #.dropEdge for this purpose instead.");if(this.multi)throw new X("Graph.dropUndirectedEdge: cannot use a {source,target} combo when dropping an edge in a MultiGraph since we cannot infer the one you want to delete as there could be multiple ones.");let e=ve(this,n,t,"undirected");if(!e)throw new W(`Graph.dropUndirectedEdge: could not find a "${n}" -> "${t}" edge in the graph.`);return it(this,e),this}clear(){this._edges.clear(),this._nodes.clear(),this._resetInstanceCounters(),this.emit("cleared")}clearEdges(){let n=this._nodes.values(),t;for(;t=n.next(),t.done!==!0;)t.value.clear();this._edges.clear(),this._resetInstanceCounters(),this.emit("edgesCleared")}getAttribute(n){return this._attributes[n]}getAttributes(){return this._attributes}hasAttribute(n){return this._attributes.hasOwnProperty(n)}setAttribute(n,t){return this._attributes[n]=t,this.emit("attributesUpdated",{type:"set",attributes:this._attributes,name:n}),this}updateAttribute(n,t){if(typeof t!="function")throw new U("Graph.updateAttribute: updater should be a function.");let e=this._attributes[n];return this._attributes[n]=t(e),this.emit("attributesUpdated",{type:"set",attributes:this._attributes,name:n}),this}removeAttribute(n){return delete this._attributes[n],this.emit("attributesUpdated",{type:"remove",attributes:this._attributes,name:n}),this}replaceAttributes(n){if(!de(n))throw new U("Graph.replaceAttributes: provided attributes are not a plain object.");return this._attributes=n,this.emit("attributesUpdated",{type:"replace",attributes:this._attributes}),this}mergeAttributes(n){if(!de(n))throw new U("Graph.mergeAttributes: provided attributes are not a plain object.");return oe(this._attributes,n),this.emit("attributesUpdated",{type:"merge",attributes:this._attributes,data:n}),this}updateAttributes(n){if(typeof n!="function")throw new U("Graph.updateAttributes: provided updater is not a function.");return this._attributes=n(this._attributes),this.emit("attributesUpdated",{type:"update",attributes:this._attributes}),this}updateEachNodeAttributes(n,t){if(typeof n!="function")throw new U("Graph.updateEachNodeAttributes: expecting an updater function.");if(t&&!Ir(t))throw new U("Graph.updateEachNodeAttributes: invalid hints. Expecting an object having the following shape: {attributes?: [string]}");let e=this._nodes.values(),r,i;for(;r=e.next(),r.done!==!0;)i=r.value,i.attributes=n(i.key,i.attributes);this.emit("eachNodeAttributesUpdated",{hints:t||null})}updateEachEdgeAttributes(n,t){if(typeof n!="function")throw new U("Graph.updateEachEdgeAttributes: expecting an updater function.");if(t&&!Ir(t))throw new U("Graph.updateEachEdgeAttributes: invalid hints. Expecting an object having the following shape: {attributes?: [string]}");let e=this._edges.values(),r,i,o,s;for(;r=e.next(),r.done!==!0;)i=r.value,o=i.source,s=i.target,i.attributes=n(i.key,i.attributes,o.key,s.key,o.attributes,s.attributes,i.undirected);this.emit("eachEdgeAttributesUpdated",{hints:t||null})}forEachAdjacencyEntry(n){if(typeof n!="function")throw new U("Graph.forEachAdjacencyEntry: expecting a callback.");dn(!1,!1,!1,this,n)}forEachAdjacencyEntryWithOrphans(n){if(typeof n!="function")throw new U("Graph.forEachAdjacencyEntryWithOrphans: expecting a callback.");dn(!1,!1,!0,this,n)}forEachAssymetricAdjacencyEntry(n){if(typeof n!="function")throw new U("Graph.forEachAssymetricAdjacencyEntry: expecting a callback.");dn(!1,!0,!1,this,n)}forEachAssymetricAdjacencyEntryWithOrphans(n){if(typeof n!="function")throw new U("Graph.forEachAssymetricAdjacencyEntryWithOrphans: expecting a callback.");dn(!1,!0,!0,this,n)}nodes(){return Array.from(this._nodes.keys())}forEachNode(n){if(typeof n!="function")throw new U("Graph.forEachNode: expecting a callback.");let t=this._nodes.values(),e,r;for(;e=t.next(),e.done!==!0;)r=e.value,n(r.key,r.attributes)}findNode(n){if(typeof n!="function")throw new U("Graph.findNode: expecting a callback.");let t=this._nodes.values(),e,r;for(;e=t.next(),e.done!==!0;)if(r=e.value,n(r.key,r.attributes))return r.key}mapNodes(n){if(typeof n!="function")throw new U("Graph.mapNode: expecting a callback.");let t=this._nodes.values(),e,r,i=new Array(this.order),o=0;for(;e=t.next(),e.done!==!0;)r=e.value,i[o++]=n(r.key,r.attributes);return i}someNode(n){if(typeof n!="function")throw new U("Graph.someNode: expecting a callback.");let t=this._nodes.values(),e,r;for(;e=t.next(),e.done!==!0;)if(r=e.value,n(r.key,r.attributes))return!0;return!1}everyNode(n){if(typeof n!="function")throw new U("Graph.everyNode: expecting a callback.");let t=this._nodes.values(),e,r;for(;e=t.next(),e.done!==!0;)if(r=e.value,!n(r.key,r.attributes))return!1;return!0}filterNodes(n){if(typeof n!="function")throw new U("Graph.filterNodes: expecting a callback.");let t=this._nodes.values(),e,r,i=[];for(;e=t.next(),e.done!==!0;)r=e.value,n(r.key,r.attributes)&&i.push(r.key);return i}reduceNodes(n,t){if(typeof n!="function")throw new U("Graph.reduceNodes: expecting a callback.");if(arguments.length<2)throw new U("Graph.reduceNodes: missing initial value. You must provide it because the callback takes more than one argument and we cannot infer the initial value from the first iteration, as you could with a simple array.");let e=t,r=this._nodes.values(),i,o;for(;i=r.next(),i.done!==!0;)o=i.value,e=n(e,o.key,o.attributes);return e}nodeEntries(){let n=this._nodes.values();return{[Symbol.iterator](){return this},next(){let t=n.next();if(t.done)return t;let e=t.value;return{value:{node:e.key,attributes:e.attributes},done:!1}}}}export(){let n=new Array(this._nodes.size),t=0;this._nodes.forEach((r,i)=>{n[t++]=jl(i,r)});let e=new Array(this._edges.size);return t=0,this._edges.forEach((r,i)=>{e[t++]=ql(this.type,i,r)}),{options:{type:this.type,multi:this.multi,allowSelfLoops:this.allowSelfLoops},attributes:this.getAttributes(),nodes:n,edges:e}}import(n,t=!1){if(n instanceof a)return n.forEachNode((l,d)=>{t?this.mergeNode(l,d):this.addNode(l,d)}),n.forEachEdge((l,d,u,c,f,h,g)=>{t?g?this.mergeUndirectedEdgeWithKey(l,u,c,d):this.mergeDirectedEdgeWithKey(l,u,c,d):g?this.addUndirectedEdgeWithKey(l,u,c,d):this.addDirectedEdgeWithKey(l,u,c,d)}),this;if(!de(n))throw new U("Graph.import: invalid argument. Expecting a serialized graph or, alternatively, a Graph instance.");if(n.attributes){if(!de(n.attributes))throw new U("Graph.import: invalid attributes. Expecting a plain object.");t?this.mergeAttributes(n.attributes):this.replaceAttributes(n.attributes)}let e,r,i,o,s;if(n.nodes){if(i=n.nodes,!Array.isArray(i))throw new U("Graph.import: invalid nodes. Expecting an array.");for(e=0,r=i.length;e<r;e++){o=i[e],Yl(o);let{key:l,attributes:d}=o;t?this.mergeNode(l,d):this.addNode(l,d)}}if(n.edges){let l=!1;if(this.type==="undirected"&&(l=!0),i=n.edges,!Array.isArray(i))throw new U("Graph.import: invalid edges. Expecting an array.");for(e=0,r=i.length;e<r;e++){s=i[e],Kl(s);let{source:d,target:u,attributes:c,undirected:f=l}=s,h;"key"in s?(h=t?f?this.mergeUndirectedEdgeWithKey:this.mergeDirectedEdgeWithKey:f?this.addUndirectedEdgeWithKey:this.addDirectedEdgeWithKey,h.call(this,s.key,d,u,c)):(h=t?f?this.mergeUndirectedEdge:this.mergeDirectedEdge:f?this.addUndirectedEdge:this.addDirectedEdge,h.call(this,d,u,c))}}return this}nullCopy(n){let t=new a(oe({},this._options,n));return t.replaceAttributes(oe({},this.getAttributes())),t}emptyCopy(n){let t=this.nullCopy(n);return this._nodes.forEach((e,r)=>{let i=oe({},e.attributes);e=new t.NodeDataClass(r,i),t._nodes.set(r,e)}),t}copy(n){if(n=n||{},typeof n.type=="string"&&n.type!==this.type&&n.type!=="mixed")throw new X(`Graph.copy: cannot create an incompatible copy from "${this.type}" type to "${n.type}" because this would mean losing information about the current graph.`);if(typeof n.multi=="boolean"&&n.multi!==this.multi&&n.multi!==!0)throw new X("Graph.copy: cannot create an incompatible copy by downgrading a multi graph to a simple one because this would mean losing information about the current graph.");if(typeof n.allowSelfLoops=="boolean"&&n.allowSelfLoops!==this.allowSelfLoops&&n.allowSelfLoops!==!0)throw new X("Graph.copy: cannot create an incompatible copy from a graph allowing self loops to one that does not because this would mean losing information about the current graph.");let t=this.emptyCopy(n),e=this._edges.values(),r,i;for(;r=e.next(),r.done!==!0;)i=r.value,Xr(t,"copy",!1,i.undirected,i.key,i.source.key,i.target.key,oe({},i.attributes));return t}toJSON(){return this.export()}toString(){return"[object Graph]"}inspect(){let n={};this._nodes.forEach((i,o)=>{n[o]=i.attributes});let t={},e={};this._edges.forEach((i,o)=>{let s=i.undirected?"--":"->",l="",d=i.source.key,u=i.target.key,c;i.undirected&&d>u&&(c=d,d=u,u=c);let f=`(${d})${s}(${u})`;o.startsWith("geid_")?this.multi&&(typeof e[f]>"u"?e[f]=0:e[f]++,l+=`${e[f]}. `):l+=`[${o}]: `,l+=f,t[l]=i.attributes});let r={};for(let i in this)this.hasOwnProperty(i)&&!Nr.has(i)&&typeof this[i]!="function"&&typeof i!="symbol"&&(r[i]=this[i]);return r.attributes=this._attributes,r.nodes=n,r.edges=t,pe(r,"constructor",this.constructor),r}};typeof Symbol<"u"&&(ee.prototype[Symbol.for("nodejs.util.inspect.custom")]=ee.prototype.inspect);Jl.forEach(a=>{["add","merge","update"].forEach(n=>{let t=a.name(n),e=n==="add"?Xr:nd;a.generateKey?ee.prototype[t]=function(r,i,o){return e(this,t,!0,(a.type||this.type)==="undirected",null,r,i,o,n==="update")}:ee.prototype[t]=function(r,i,o,s){return e(this,t,!1,(a.type||this.type)==="undirected",r,i,o,s,n==="update")}})});cl(ee);Tl(ee);Ml(ee);Xl(ee);var un=class extends ee{constructor(n){let t=oe({type:"directed"},n);if("multi"in t&&t.multi!==!1)throw new U("DirectedGraph.from: inconsistent indication that the graph should be multi in given options!");if(t.type!=="directed")throw new U('DirectedGraph.from: inconsistent "'+t.type+'" type in given options!');super(t)}},cn=class extends ee{constructor(n){let t=oe({type:"undirected"},n);if("multi"in t&&t.multi!==!1)throw new U("UndirectedGraph.from: inconsistent indication that the graph should be multi in given options!");if(t.type!=="undirected")throw new U('UndirectedGraph.from: inconsistent "'+t.type+'" type in given options!');super(t)}},hn=class extends ee{constructor(n){let t=oe({multi:!0},n);if("multi"in t&&t.multi!==!0)throw new U("MultiGraph.from: inconsistent indication that the graph should be simple in given options!");super(t)}},fn=class extends ee{constructor(n){let t=oe({type:"directed",multi:!0},n);if("multi"in t&&t.multi!==!0)throw new U("MultiDirectedGraph.from: inconsistent indication that the graph should be simple in given options!");if(t.type!=="directed")throw new U('MultiDirectedGraph.from: inconsistent "'+t.type+'" type in given options!');super(t)}},gn=class extends ee{constructor(n){let t=oe({type:"undirected",multi:!0},n);if("multi"in t&&t.multi!==!0)throw new U("MultiUndirectedGraph.from: inconsistent indication that the graph should be simple in given options!");if(t.type!=="undirected")throw new U('MultiUndirectedGraph.from: inconsistent "'+t.type+'" type in given options!');super(t)}};function lt(a){a.from=function(n,t){let e=oe({},n.options,t),r=new a(e);return r.import(n),r}}lt(ee);lt(un);lt(cn);lt(hn);lt(fn);lt(gn);ee.Graph=ee;ee.DirectedGraph=un;ee.UndirectedGraph=cn;ee.MultiGraph=hn;ee.MultiDirectedGraph=fn;ee.MultiUndirectedGraph=gn;ee.InvalidArgumentsGraphError=U;ee.NotFoundGraphError=W;ee.UsageGraphError=X;function bn(a,n){(n==null||n>a.length)&&(n=a.length);for(var t=0,e=Array(n);t<n;t++)e[t]=a[t];return e}function yn(a,n){if(a){if(typeof a=="string")return bn(a,n);var t={}.toString.call(a).slice(8,-1);return t==="Object"&&a.constructor&&(t=a.constructor.name),t==="Map"||t==="Set"?Array.from(a):t==="Arguments"||/^(?:Ui|I)nt(?:8|16|32)(?:Clamped)?Array$/.test(t)?bn(a,n):void 0}}function ad(a){if(Array.isArray(a))return a}function rd(a,n){var t=a==null?null:typeof Symbol<"u"&&a[Symbol.iterator]||a["@@iterator"];if(t!=null){var e,r,i,o,s=[],l=!0,d=!1;try{if(i=(t=t.call(a)).next,n===0){if(Object(t)!==t)return;l=!1}else for(;!(l=(e=i.call(t)).done)&&(s.push(e.value),s.length!==n);l=!0);}catch(u){d=!0,r=u}finally{try{if(!l&&t.return!=null&&(o=t.return(),Object(o)!==o))return}finally{if(d)throw r}}return s}}function id(){throw new TypeError(`Invalid attempt to destructure non-iterable instance.
In order to be iterable, non-array objects must have a [Symbol.iterator]() method.`)}function J(a,n){return ad(a)||rd(a,n)||yn(a,n)||id()}function O(a,n){var t=typeof Symbol<"u"&&a[Symbol.iterator]||a["@@iterator"];if(!t){if(Array.isArray(a)||(t=yn(a))||n&&a&&typeof a.length=="number"){t&&(a=t);var e=0,r=function(){};return{s:r,n:function(){return e>=a.length?{done:!0}:{done:!1,value:a[e++]}},e:function(l){throw l},f:r}}throw new TypeError(`Invalid attempt to iterate non-iterable instance.
In order to be iterable, non-array objects must have a [Symbol.iterator]() method.`)}var i,o=!0,s=!1;return{s:function(){t=t.call(a)},n:function(){var l=t.next();return o=l.done,l},e:function(l){s=!0,i=l},f:function(){try{o||t.return==null||t.return()}finally{if(s)throw i}}}}function me(){return Float32Array.of(1,0,0,0,1,0,0,0,1)}function vn(a,n,t){return a[0]=n,a[4]=typeof t=="number"?t:n,a}function jr(a,n){var t=Math.sin(n),e=Math.cos(n);return a[0]=e,a[1]=t,a[3]=-t,a[4]=e,a}function qr(a,n,t){return a[6]=n,a[7]=t,a}function Ne(a,n){var t=a[0],e=a[1],r=a[2],i=a[3],o=a[4],s=a[5],l=a[6],d=a[7],u=a[8],c=n[0],f=n[1],h=n[2],g=n[3],p=n[4],m=n[5],v=n[6],b=n[7],y=n[8];return a[0]=c*t+f*i+h*l,a[1]=c*e+f*o+h*d,a[2]=c*r+f*s+h*u,a[3]=g*t+p*i+m*l,a[4]=g*e+p*o+m*d,a[5]=g*r+p*s+m*u,a[6]=v*t+b*i+y*l,a[7]=v*e+b*o+y*d,a[8]=v*r+b*s+y*u,a}function ca(a,n){var t=Math.cos(n),e=Math.sin(n);return{x:t*a.x+e*a.y,y:-e*a.x+t*a.y}}function ut(a,n){var t=arguments.length>2&&arguments[2]!==void 0?arguments[2]:1,e=a[0],r=a[1],i=a[3],o=a[4],s=a[6],l=a[7],d=n.x,u=n.y;return{x:d*e+u*i+s*t,y:d*r+u*o+l*t}}function od(a,n){var t=a.height/a.width,e=n.height/n.width;return t<1&&e>1||t>1&&e<1?1:Math.min(Math.max(e,1/e),Math.max(1/t,t))}function Ge(a,n,t,e,r){var i=a.angle,o=a.ratio,s=a.x,l=a.y,d=n.width,u=n.height,c=me(),f=Math.min(d,u)-2*e,h=od(n,t);return r?(Ne(c,qr(me(),s,l)),Ne(c,vn(me(),o)),Ne(c,jr(me(),i)),Ne(c,vn(me(),d/f/2/h,u/f/2/h))):(Ne(c,vn(me(),2*(f/d)*h,2*(f/u)*h)),Ne(c,jr(me(),-i)),Ne(c,vn(me(),1/o)),Ne(c,qr(me(),-s,-l))),c}function Yr(a,n,t){var e=ut(a,{x:Math.cos(n.angle),y:Math.sin(n.angle)},0),r=e.x,i=e.y;return 1/Math.sqrt(Math.pow(r,2)+Math.pow(i,2))/t.width}function ha(a,n,t,e,r){var i=Math.floor(n/r*e),o=Math.floor(a.drawingBufferHeight/r-t/r*e);return[i,o]}var Ft={black:"#000000",silver:"#C0C0C0",gray:"#808080",grey:"#808080",white:"#FFFFFF",maroon:"#800000",red:"#FF0000",purple:"#800080",fuchsia:"#FF00FF",green:"#008000",lime:"#00FF00",olive:"#808000",yellow:"#FFFF00",navy:"#000080",blue:"#0000FF",teal:"#008080",aqua:"#00FFFF",darkblue:"#00008B",mediumblue:"#0000CD",darkgreen:"#006400",darkcyan:"#008B8B",deepskyblue:"#00BFFF",darkturquoise:"#00CED1",mediumspringgreen:"#00FA9A",springgreen:"#00FF7F",cyan:"#00FFFF",midnightblue:"#191970",dodgerblue:"#1E90FF",lightseagreen:"#20B2AA",forestgreen:"#228B22",seagreen:"#2E8B57",darkslategray:"#2F4F4F",darkslategrey:"#2F4F4F",limegreen:"#32CD32",mediumseagreen:"#3CB371",turquoise:"#40E0D0",royalblue:"#4169E1",steelblue:"#4682B4",darkslateblue:"#483D8B",mediumturquoise:"#48D1CC",indigo:"#4B0082",darkolivegreen:"#556B2F",cadetblue:"#5F9EA0",cornflowerblue:"#6495ED",rebeccapurple:"#663399",mediumaquamarine:"#66CDAA",dimgray:"#696969",dimgrey:"#696969",slateblue:"#6A5ACD",olivedrab:"#6B8E23",slategray:"#708090",slategrey:"#708090",lightslategray:"#778899",lightslategrey:"#778899",mediumslateblue:"#7B68EE",lawngreen:"#7CFC00",chartreuse:"#7FFF00",aquamarine:"#7FFFD4",skyblue:"#87CEEB",lightskyblue:"#87CEFA",blueviolet:"#8A2BE2",darkred:"#8B0000",darkmagenta:"#8B008B",saddlebrown:"#8B4513",darkseagreen:"#8FBC8F",lightgreen:"#90EE90",mediumpurple:"#9370DB",darkviolet:"#9400D3",palegreen:"#98FB98",darkorchid:"#9932CC",yellowgreen:"#9ACD32",sienna:"#A0522D",brown:"#A52A2A",darkgray:"#A9A9A9",darkgrey:"#A9A9A9",lightblue:"#ADD8E6",greenyellow:"#ADFF2F",paleturquoise:"#AFEEEE",lightsteelblue:"#B0C4DE",powderblue:"#B0E0E6",firebrick:"#B22222",darkgoldenrod:"#B8860B",mediumorchid:"#BA55D3",rosybrown:"#BC8F8F",darkkhaki:"#BDB76B",mediumvioletred:"#C71585",indianred:"#CD5C5C",peru:"#CD853F",chocolate:"#D2691E",tan:"#D2B48C",lightgray:"#D3D3D3",lightgrey:"#D3D3D3",thistle:"#D8BFD8",orchid:"#DA70D6",goldenrod:"#DAA520",palevioletred:"#DB7093",crimson:"#DC143C",gainsboro:"#DCDCDC",plum:"#DDA0DD",burlywood:"#DEB887",lightcyan:"#E0FFFF",lavender:"#E6E6FA",darksalmon:"#E9967A",violet:"#EE82EE",palegoldenrod:"#EEE8AA",lightcoral:"#F08080",khaki:"#F0E68C",aliceblue:"#F0F8FF",honeydew:"#F0FFF0",azure:"#F0FFFF",sandybrown:"#F4A460",wheat:"#F5DEB3",beige:"#F5F5DC",whitesmoke:"#F5F5F5",mintcream:"#F5FFFA",ghostwhite:"#F8F8FF",salmon:"#FA8072",antiquewhite:"#FAEBD7",linen:"#FAF0E6",lightgoldenrodyellow:"#FAFAD2",oldlace:"#FDF5E6",magenta:"#FF00FF",deeppink:"#FF1493",orangered:"#FF4500",tomato:"#FF6347",hotpink:"#FF69B4",coral:"#FF7F50",darkorange:"#FF8C00",lightsalmon:"#FFA07A",orange:"#FFA500",lightpink:"#FFB6C1",pink:"#FFC0CB",gold:"#FFD700",peachpuff:"#FFDAB9",navajowhite:"#FFDEAD",moccasin:"#FFE4B5",bisque:"#FFE4C4",mistyrose:"#FFE4E1",blanchedalmond:"#FFEBCD",papayawhip:"#FFEFD5",lavenderblush:"#FFF0F5",seashell:"#FFF5EE",cornsilk:"#FFF8DC",lemonchiffon:"#FFFACD",floralwhite:"#FFFAF0",snow:"#FFFAFA",lightyellow:"#FFFFE0",ivory:"#FFFFF0"},Kr=new Int8Array(4),mn=new Int32Array(Kr.buffer,0,1),Zr=new Float32Array(Kr.buffer,0,1),sd=/^\s*rgba?\s*\(/,ld=/^\s*rgba?\s*\(\s*([0-9]*)\s*,\s*([0-9]*)\s*,\s*([0-9]*)(?:\s*,\s*(.*)?)?\)\s*$/;function xn(a){var n=0,t=0,e=0,r=1,i=a.toLowerCase();if(i==="transparent")return{r:0,g:0,b:0,a:0};if(i in Ft)return xn(Ft[i]);if(a[0]==="#")a.length===4?(n=parseInt(a.charAt(1)+a.charAt(1),16),t=parseInt(a.charAt(2)+a.charAt(2),16),e=parseInt(a.charAt(3)+a.charAt(3),16)):(n=parseInt(a.charAt(1)+a.charAt(2),16),t=parseInt(a.charAt(3)+a.charAt(4),16),e=parseInt(a.charAt(5)+a.charAt(6),16)),a.length===9&&(r=parseInt(a.charAt(7)+a.charAt(8),16)/255);else if(sd.test(a)){var o=a.match(ld);o&&(n=+o[1],t=+o[2],e=+o[3],o[4]&&(r=+o[4]))}return{r:n,g:t,b:e,a:r}}function Qr(a){var n=arguments.length>1&&arguments[1]!==void 0?arguments[1]:!1,t=xn(a),e=t.r,r=t.g,i=t.b,o=t.a;return n?[e/255*o,r/255*o,i/255*o,o]:[e/255,r/255,i/255,o]}var dt={};for(Pt in Ft)dt[Pt]=be(Ft[Pt]),dt[Ft[Pt]]=dt[Pt];var Pt;function dd(a,n,t,e,r){return mn[0]=e<<24|t<<16|n<<8|a,r&&(mn[0]=mn[0]&4278190079),Zr[0]}function be(a){if(a=a.toLowerCase(),typeof dt[a]<"u")return dt[a];var n=xn(a),t=n.r,e=n.g,r=n.b,i=n.a;i=i*255|0;var o=dd(t,e,r,i,!0);return dt[a]=o,o}function ze(a,n){Zr[0]=be(a);var t=mn[0];n&&(t=t|16777216);var e=t&255,r=t>>8&255,i=t>>16&255,o=t>>24&255;return[e,r,i,o]}function ct(a){var n=a>>>8&255,t=a>>>16&255,e=a>>>24&255,r=a&255;return(r<<24|e<<16|t<<8|n)>>>0}function fa(a,n,t,e){return(t<<24|n<<16|a<<8|e)>>>0}function Jr(a,n,t,e,r,i){var o=ha(a,t,e,r,i),s=J(o,2),l=s[0],d=s[1],u=new Uint8Array(4);a.bindFramebuffer(a.FRAMEBUFFER,n),a.readPixels(l,d,1,1,a.RGBA,a.UNSIGNED_BYTE,u);var c=J(u,4),f=c[0],h=c[1],g=c[2],p=c[3];return[f,h,g,p]}function ei(a){var n=xn(a),t=n.r,e=n.g,r=n.b,i=n.a,o=(t/255).toFixed(6),s=(e/255).toFixed(6),l=(r/255).toFixed(6),d=i.toFixed(6);return"vec4(".concat(o,", ").concat(s,", ").concat(l,", ").concat(d,")")}function ud(a,n){if(typeof a!="object"||!a)return a;var t=a[Symbol.toPrimitive];if(t!==void 0){var e=t.call(a,n||"default");if(typeof e!="object")return e;throw new TypeError("@@toPrimitive must return a primitive value.")}return(n==="string"?String:Number)(a)}function ai(a){var n=ud(a,"string");return typeof n=="symbol"?n:n+""}function S(a,n,t){return(n=ai(n))in a?Object.defineProperty(a,n,{value:t,enumerable:!0,configurable:!0,writable:!0}):a[n]=t,a}function ti(a,n){var t=Object.keys(a);if(Object.getOwnPropertySymbols){var e=Object.getOwnPropertySymbols(a);n&&(e=e.filter(function(r){return Object.getOwnPropertyDescriptor(a,r).enumerable})),t.push.apply(t,e)}return t}function B(a){for(var n=1;n<arguments.length;n++){var t=arguments[n]!=null?arguments[n]:{};n%2?ti(Object(t),!0).forEach(function(e){S(a,e,t[e])}):Object.getOwnPropertyDescriptors?Object.defineProperties(a,Object.getOwnPropertyDescriptors(t)):ti(Object(t)).forEach(function(e){Object.defineProperty(a,e,Object.getOwnPropertyDescriptor(t,e))})}return a}function K(a,n){if(!(a instanceof n))throw new TypeError("Cannot call a class as a function")}function ni(a,n){for(var t=0;t<n.length;t++){var e=n[t];e.enumerable=e.enumerable||!1,e.configurable=!0,"value"in e&&(e.writable=!0),Object.defineProperty(a,ai(e.key),e)}}function Z(a,n,t){return n&&ni(a.prototype,n),t&&ni(a,t),Object.defineProperty(a,"prototype",{writable:!1}),a}function Ve(a){return Ve=Object.setPrototypeOf?Object.getPrototypeOf.bind():function(n){return n.__proto__||Object.getPrototypeOf(n)},Ve(a)}function ri(){try{var a=!Boolean.prototype.valueOf.call(Reflect.construct(Boolean,[],function(){}))}catch{}return(ri=function(){return!!a})()}function cd(a){if(a===void 0)throw new ReferenceError("this hasn't been initialised - super() hasn't been called");return a}function hd(a,n){if(n&&(typeof n=="object"||typeof n=="function"))return n;if(n!==void 0)throw new TypeError("Derived constructors may only return object or undefined");return cd(a)}function ae(a,n,t){return n=Ve(n),hd(a,ri()?Reflect.construct(n,t||[],Ve(a).constructor):n.apply(a,t))}function ga(a,n){return ga=Object.setPrototypeOf?Object.setPrototypeOf.bind():function(t,e){return t.__proto__=e,t},ga(a,n)}function re(a,n){if(typeof n!="function"&&n!==null)throw new TypeError("Super expression must either be null or a function");a.prototype=Object.create(n&&n.prototype,{constructor:{value:a,writable:!0,configurable:!0}}),Object.defineProperty(a,"prototype",{writable:!1}),n&&ga(a,n)}function fd(a){if(Array.isArray(a))return bn(a)}function gd(a){if(typeof Symbol<"u"&&a[Symbol.iterator]!=null||a["@@iterator"]!=null)return Array.from(a)}function pd(){throw new TypeError(`Invalid attempt to spread non-iterable instance.
In order to be iterable, non-array objects must have a [Symbol.iterator]() method.`)}function V(a){return fd(a)||gd(a)||yn(a)||pd()}function Q(a){"@babel/helpers - typeof";return Q=typeof Symbol=="function"&&typeof Symbol.iterator=="symbol"?function(n){return typeof n}:function(n){return n&&typeof Symbol=="function"&&n.constructor===Symbol&&n!==Symbol.prototype?"symbol":typeof n},Q(a)}function we(a){return Q(a)==="object"&&a!==null&&"attribute"in a}function pa(){var a=`
float sdf_circle(vec2 uv, float size) {
  return length(uv) - size;
}
`;return{name:"circle",glsl:a,uniforms:[]}}function va(a){var n,t=WebGL2RenderingContext,e=t.UNSIGNED_BYTE,r=(n=a?.color)!==null&&n!==void 0?n:{attribute:"color"};if(!we(r)){var i=r,o=`
vec4 layer_fill() {
  return `.concat(ei(i),`;
}
`);return{name:"fill",uniforms:[],attributes:[],glsl:o}}var s=r.attribute,l=`
vec4 layer_fill(vec4 v_fillColor) {
  return v_fillColor;
}
`;return{name:"fill",uniforms:[],attributes:[{name:"fillColor",size:4,type:e,normalized:!0,source:s}],glsl:l}}function ii(a,n){if(typeof a=="string"){var t=Qr(a).map(function(d){return d.toFixed(6)}),e=J(t,4),r=e[0],i=e[1],o=e[2],s=e[3];return{glsl:"vec4(".concat(r,", ").concat(i,", ").concat(o,", ").concat(s,")"),attributes:[],needsNodeColors:!1}}if("node"in a&&a.node)return{glsl:a.node==="source"?"v_sourceColor":"v_targetColor",attributes:[],needsNodeColors:!0};var l=a;return{glsl:"v_".concat(n),attributes:[{name:"a_".concat(n),size:4,type:WebGL2RenderingContext.UNSIGNED_BYTE,normalized:!0,source:l.attribute,defaultValue:l.default}],needsNodeColors:!1}}function Re(a){var n=a?.color;if(n===void 0){var t=`
// Plain solid color layer
vec4 layer_plain(EdgeContext ctx) {
  return v_color;
}
`;return{name:"plain",glsl:t,uniforms:[],attributes:[]}}var e=ii(n,"plainColor"),r=`
// Plain solid color layer
vec4 layer_plain(EdgeContext ctx) {
  return `.concat(e.glsl,`;
}
`);return{name:"plain",glsl:r,uniforms:[],attributes:e.attributes,needsNodeColors:e.needsNodeColors}}function It(){var a=`
// Position at parameter t \u2208 [0, 1]
vec2 path_straight_position(float t, vec2 source, vec2 target) {
  return mix(source, target, t);
}

// Total length of the path (analytical - more efficient than sampling)
float path_straight_length(vec2 source, vec2 target) {
  return length(target - source);
}
`;return{name:"straight",segments:1,minBodyLengthRatio:0,linearParameterization:!0,glsl:a,uniforms:[],attributes:[]}}function ma(a){var n=a??{},t=n.segments,e=t===void 0?32:t,r=`
const float LOOP_PI = 3.141592653589793;

float loopWorldRadius() {
  float nodeWorldRadius = v_sourceNodeSize * u_correctionRatio / u_sizeRatio;
  return max(v_loopRadius * nodeWorldRadius, 0.001);
}

// Cubic B\xE9zier with P0 = P3 = source.
// Control points extend outward orthogonal to the node surface at exit/entry angles.
vec2 path_loop_position(float t, vec2 source, vec2 target) {
  float R = loopWorldRadius();
  float angle = v_loopAngle + (v_loopFixedOrientation > 0.5 ? u_cameraAngle : 0.0);
  float halfSpread = v_loopSpread * 0.5;

  float exitAngle = angle - halfSpread;
  float entryAngle = angle + halfSpread;

  // Control point distance: at t=0.5 the B\xE9zier reaches 0.75 * cpDist * cos(halfSpread)
  // from source. Solve for cpDist so the loop tip reaches exactly R.
  float cpDist = R / (0.75 * cos(halfSpread));

  vec2 cp1 = source + cpDist * vec2(cos(exitAngle), sin(exitAngle));
  vec2 cp2 = source + cpDist * vec2(cos(entryAngle), sin(entryAngle));

  float u = 1.0 - t;
  vec2 d1 = cp1 - source;
  vec2 d2 = cp2 - source;
  return source + 3.0 * t * u * (u * d1 + t * d2);
}

// Approximate arc length via chord sampling
float path_loop_length(vec2 source, vec2 target) {
  float len = 0.0;
  vec2 prev = path_loop_position(0.0, source, target);
  const int STEPS = 16;
  for (int i = 1; i <= STEPS; i++) {
    float t = float(i) / float(STEPS);
    vec2 cur = path_loop_position(t, source, target);
    len += length(cur - prev);
    prev = cur;
  }
  return len;
}
`;return{name:"loop",segments:e,glsl:r,needsNodeSize:!0,uniforms:[],attributes:[{name:"loopRadius",size:1,type:WebGL2RenderingContext.FLOAT},{name:"loopAngle",size:1,type:WebGL2RenderingContext.FLOAT},{name:"loopSpread",size:1,type:WebGL2RenderingContext.FLOAT},{name:"loopFixedOrientation",size:1,type:WebGL2RenderingContext.FLOAT}],variables:{loopRadius:{type:"number",default:4},loopAngle:{type:"number",default:Math.PI/4},loopSpread:{type:"number",default:80*Math.PI/180},loopFixedOrientation:{type:"number",default:0}},spread:{variable:"loopRadius",compute:function(o){return o+4}}}}var ci=$e(rt());function oi(a){return Q(a)==="object"&&"glsl"in a&&!("attributes"in a)}function si(a){return Q(a)==="object"&&"glsl"in a&&!("attributes"in a)}var Nt={shapes:[pa()],variables:{},layers:[va()],label:{},backdrop:{},labelAttachments:{}},ht={paths:[It(),ma()],extremities:[],variables:{},layers:[Re()],defaultHead:"none",defaultTail:"none",label:{}},_n=["nodes","topNodes"],Tn=["edges","topEdges"],Sn=[].concat(Tn,_n),li={nodes:Nt,edges:ht,depthLayers:V(Sn)};var vd=function(n){return n},md=function(n){return n*n},bd=function(n){return n*(2-n)},yd=function(n){return(n*=2)<1?.5*n*n:-.5*(--n*(n-2)-1)},xd=function(n){return n*n*n},_d=function(n){return--n*n*n+1},Td=function(n){return(n*=2)<1?.5*n*n*n:.5*((n-=2)*n*n+2)},Sd=function(n){return n===0?0:Math.pow(2,10*(n-1))},Ed=function(n){return n===1?1:1-Math.pow(2,-10*n)},wd=function(n){return n===0?0:n===1?1:n<.5?Math.pow(2,10*(2*n-1))/2:(2-Math.pow(2,-10*(2*n-1)))/2},ba={linear:vd,quadraticIn:md,quadraticOut:bd,quadraticInOut:yd,cubicIn:xd,cubicOut:_d,cubicInOut:Td,exponentialIn:Sd,exponentialOut:Ed,exponentialInOut:wd};function En(a){return a?typeof a=="function"?a:ba[a]:ba.linear}function xa(a){return Q(a)==="object"&&a!==null&&"attribute"in a}function hi(a){return typeof a=="function"}function fi(a){return Q(a)==="object"&&a!==null&&"when"in a&&typeof a.when=="function"&&"then"in a}function gi(a){return Q(a)==="object"&&a!==null&&"whenState"in a&&"then"in a}function pi(a){return Q(a)==="object"&&a!==null&&"whenData"in a&&"then"in a}var Rd={isHovered:!1,isLabelHovered:!1,isHidden:!1,isHighlighted:!1,isDragged:!1},Ad={isHovered:!1,isLabelHovered:!1,isHidden:!1,isHighlighted:!1,parallelIndex:0,parallelCount:1},Dd={isIdle:!0,isPanning:!1,isZooming:!1,isDragging:!1,hasHovered:!1,hasHighlighted:!1};function vi(a){return B(B({},Rd),a)}function mi(a){return B(B({},Ad),a)}function _a(a){return B(B({},Dd),a)}var Ld={x:{attribute:"x"},y:{attribute:"y"},size:{whenState:"isHovered",then:{attribute:"size",defaultValue:12},else:{attribute:"size",defaultValue:10}},color:{attribute:"color",defaultValue:"#666"},label:{attribute:"label"},visibility:{whenState:"isHidden",then:"hidden",else:"visible"},labelVisibility:{whenState:"isHovered",then:"visible",else:"auto"},backdropVisibility:{whenState:"isHovered",then:"visible",else:"hidden"},backdropColor:"#ffffff",backdropShadowColor:"rgba(0, 0, 0, 0.5)",backdropShadowBlur:12,backdropPadding:6},Cd={size:{attribute:"size",defaultValue:1},color:{attribute:"color",defaultValue:"#ccc"},label:{attribute:"label"},visibility:{whenState:"isHidden",then:"hidden",else:"visible"}};var Rn={nodes:B(B({},Ld),{},{depth:{whenState:"isHovered",then:"topNodes",else:"nodes"}}),edges:B(B({},Cd),{},{depth:{whenState:["isHighlighted","isHovered"],then:"topEdges",else:"edges"}})};function kd(a){return"min"in a||"max"in a||"minValue"in a||"maxValue"in a||"easing"in a}function Pd(a){return"dict"in a}function An(a,n){return typeof a=="string"?n[a]===!0:Array.isArray(a)?a.every(function(t){return n[t]===!0}):Q(a)==="object"&&a!==null?Object.entries(a).every(function(t){var e=J(t,2),r=e[0],i=e[1];return n[r]===i}):!1}function Fd(a,n){var t=n[a.attribute];return t===void 0?a.defaultValue:t}function Id(a,n,t){var e,r,i,o,s=n[a.attribute];if(s===void 0)return a.defaultValue;var l=Number(s);if(isNaN(l))return a.defaultValue;if(a.min===void 0&&a.max===void 0)return l;var d=(e=a.minValue)!==null&&e!==void 0?e:l,u=(r=a.maxValue)!==null&&r!==void 0?r:l;if(u===d){var c;return(c=a.min)!==null&&c!==void 0?c:l}var f=(l-d)/(u-d);f=Math.max(0,Math.min(1,f));var h=En(a.easing);f=h(f);var g=(i=a.min)!==null&&i!==void 0?i:0,p=(o=a.max)!==null&&o!==void 0?o:1;return g+f*(p-g)}function Nd(a,n){var t=n[a.attribute];if(t===void 0)return a.defaultValue;var e=String(t);return e in a.dict?a.dict[e]:a.defaultValue}function Gd(a,n,t){return Pd(a)?Nd(a,n):kd(a)?Id(a,n):Fd(a,n)}function bi(a,n){return typeof a=="string"?!!n[a]:Array.isArray(a)?a.every(function(t){return!!n[t]}):Q(a)==="object"&&a!==null?Object.entries(a).every(function(t){var e=J(t,2),r=e[0],i=e[1];return n[r]===i}):!1}function wn(a,n,t,e,r,i){if(a==null)return i;if(Q(a)!=="object"&&typeof a!="function")return a;if(fi(a)){var o=a.when(n,t,e,r)?a.then:a.else;return o===void 0?i:wn(o,n,t,e,r,i)}if(gi(a)){var s=An(a.whenState,t)?a.then:a.else;return s===void 0?i:wn(s,n,t,e,r,i)}if(pi(a)){var l=bi(a.whenData,n)?a.then:a.else;return l===void 0?i:wn(l,n,t,e,r,i)}if(hi(a)){var d=a(n,t,e,r);return d??i}if(xa(a)){var u=Gd(a,n);return u??i}return a}function Ee(a){if(a==null)return"static";if(fi(a))return"graph-state";if(gi(a)){var n=Ee(a.then),t=a.else!==void 0?Ee(a.else):"static";return ye("item-state",ye(n,t))}if(pi(a)){var e=Ee(a.then),r=a.else!==void 0?Ee(a.else):"static";return ye(e,r)}return hi(a)?"graph-state":(xa(a),"static")}function ye(a,n){return a==="graph-state"||n==="graph-state"?"graph-state":a==="item-state"||n==="item-state"?"item-state":"static"}function Ta(a){if(!a)return{dependency:"static",xAttribute:null,yAttribute:null};var n=Array.isArray(a)?a:[a],t="static",e=null,r=null,i=O(n),o;try{for(i.s();!(o=i.n()).done;){var s=o.value;if("matchData"in s&&"cases"in s)for(var l=s.cases,d=0,u=Object.values(l);d<u.length;d++)for(var c=u[d],f=0,h=Object.values(c);f<h.length;f++){var g=h[f];t=ye(t,Ee(g))}else if("matchState"in s&&"cases"in s){t=ye(t,"item-state");for(var p=s.cases,m=0,v=Object.values(p);m<v.length;m++)for(var b=v[m],y=0,_=Object.values(b);y<_.length;y++){var x=_[y];t=ye(t,Ee(x))}}else if("when"in s&&"then"in s)t="graph-state";else if("whenState"in s){t=ye(t,"item-state");var T=s.then;if(T&&Q(T)==="object")for(var w=0,E=Object.values(T);w<E.length;w++){var L=E[w];t=ye(t,Ee(L))}var R=s.else;if(R&&Q(R)==="object")for(var I=0,A=Object.values(R);I<A.length;I++){var N=A[I];t=ye(t,Ee(N))}}else if("whenData"in s){var D=s.then;if(D&&Q(D)==="object")for(var F=0,z=Object.values(D);F<z.length;F++){var G=z[F];t=ye(t,Ee(G))}var C=s.else;if(C&&Q(C)==="object")for(var k=0,M=Object.values(C);k<M.length;k++){var $=M[k];t=ye(t,Ee($))}}else for(var H=0,Y=Object.entries(s);H<Y.length;H++){var j=J(Y[H],2),q=j[0],_e=j[1];if(!Ea.has(q)&&(t=ye(t,Ee(_e)),(q==="x"||q==="y")&&xa(_e))){var ce=_e.attribute;q==="x"&&!e&&(e=ce),q==="y"&&!r&&(r=ce)}}}}catch(Le){i.e(Le)}finally{i.f()}return{dependency:t,xAttribute:e,yAttribute:r}}var Pe={size:10,color:"#666",opacity:1,shape:"circle",rotationAlignment:"viewport",labelRotationAlignment:"viewport",visibility:"visible",depth:"nodes",zIndex:0,label:"",labelColor:"#000",labelSize:12,labelFont:"sans-serif",labelVisibility:"auto",labelPosition:"right",labelAngle:0,labelDepth:"nodes",backdropVisibility:"hidden",backdropColor:"transparent",backdropShadowColor:"transparent",backdropShadowBlur:0,backdropPadding:0,backdropBorderColor:"transparent",backdropBorderWidth:0,backdropCornerRadius:0,backdropLabelPadding:-1,backdropArea:"both",labelAttachment:null,labelAttachmentPlacement:"below"},Sa={size:1,color:"#ccc",opacity:1,path:"straight",selfLoopPath:"loop",parallelSpread:.25,tail:"none",head:"none",visibility:"visible",depth:"edges",zIndex:0,label:"",labelColor:"#666",labelVisibility:"auto",labelDepth:"edges"},Ea=new Set(["when","whenState","whenData","then","else"]),di=Object.keys(Pe),zd=Object.values(Pe),ui=Object.keys(Sa),Md=Object.values(Sa);function ft(a,n,t,e,r,i,o){for(var s in n){var l;if(!Ea.has(s)){var d=(l=a[s])!==null&&l!==void 0?l:o[s];a[s]=wn(n[s],t,e,r,i,d)}}"depth"in n&&!("labelDepth"in n)&&(a.labelDepth=a.depth)}function yi(a,n,t,e,r,i,o){var s=O(n),l;try{for(s.s();!(l=s.n()).done;){var d=l.value;if("matchData"in d&&"cases"in d){var u,c=String((u=t[d.matchData])!==null&&u!==void 0?u:""),f=d.cases;c in f&&ft(a,f[c],t,e,r,i,o)}else if("matchState"in d&&"cases"in d){var h,g=String((h=e[d.matchState])!==null&&h!==void 0?h:""),p=d.cases;g in p&&ft(a,p[g],t,e,r,i,o)}else if("when"in d&&"then"in d){var m=d.when;if(!m(t,e,r,i))continue;ft(a,d.then,t,e,r,i,o)}else if("whenState"in d&&"then"in d){if(!An(d.whenState,e))continue;ft(a,d.then,t,e,r,i,o)}else if("whenData"in d&&"then"in d){if(!bi(d.whenData,t))continue;ft(a,d.then,t,e,r,i,o)}else ft(a,d,t,e,r,i,o)}}catch(v){s.e(v)}finally{s.f()}}function wa(a,n,t,e,r,i){for(var o=i||{},s=o,l=0,d=di.length;l<d;l++)s[di[l]]=zd[l];if(s.x=void 0,s.y=void 0,s.labelBackgroundColor=void 0,s.labelBackgroundPadding=void 0,s.labelCursor=void 0,!a){var u,c,f,h,g;return s.x=(u=n.x)!==null&&u!==void 0?u:0,s.y=(c=n.y)!==null&&c!==void 0?c:0,o.size=(f=n.size)!==null&&f!==void 0?f:10,o.color=(h=n.color)!==null&&h!==void 0?h:"#666",o.label=(g=n.label)!==null&&g!==void 0?g:"",o}var p=Array.isArray(a)?a:[a];return yi(s,p,n,t,e,r,Pe),o}function Ra(a,n,t,e,r,i){for(var o=i||{},s=o,l=0,d=ui.length;l<d;l++)s[ui[l]]=Md[l];if(!a){var u,c,f;return o.size=(u=n.size)!==null&&u!==void 0?u:1,o.color=(c=n.color)!==null&&c!==void 0?c:"#ccc",o.label=(f=n.label)!==null&&f!==void 0?f:"",o}var h=Array.isArray(a)?a:[a];return yi(s,h,n,t,e,r,Sa),typeof s.labelPosition=="number"&&(s.labelPosition=void 0),o}function Od(a,n,t){var e,r;if(a==null)return t;if(typeof a=="function")return(e=a(n))!==null&&e!==void 0?e:t;if(Q(a)==="object"&&"when"in a){var i,o=a,s=o.when(n),l=s?o.then:o.else;return l===void 0?t:typeof l=="function"?(i=l(n))!==null&&i!==void 0?i:t:l??t}if(Q(a)==="object"&&"whenState"in a){var d,u=a,c=An(u.whenState,n),f=c?u.then:u.else;return f===void 0?t:typeof f=="function"?(d=f(n))!==null&&d!==void 0?d:t:f??t}return(r=a)!==null&&r!==void 0?r:t}function Aa(a,n){var t={};if(!a)return t;var e=Array.isArray(a)?a:[a],r=O(e),i;try{for(r.s();!(i=r.n()).done;){var o=i.value;if("when"in o&&"then"in o){var s=o.when(n),l=s?o.then:o.else;l&&Q(l)==="object"&&ya(t,l,n)}else if("whenState"in o&&"then"in o){var d=An(o.whenState,n),u=d?o.then:o.else;u&&Q(u)==="object"&&ya(t,u,n)}else ya(t,o,n)}}catch(c){r.e(c)}finally{r.f()}return t}function ya(a,n,t){for(var e=0,r=Object.entries(n);e<r.length;e++){var i=J(r[e],2),o=i[0],s=i[1];Ea.has(o)||(a[o]=Od(s,t))}}var Dn=(function(a){function n(){var t;return K(this,n),t=ae(this,n),t.rawEmitter=t,t}return re(n,a),Z(n)})(ci.EventEmitter);var xi=li;function Da(a,n){var t=n.size;if(t!==0){var e=a.length;a.length+=t;var r=0;n.forEach(function(i){a[e+r]=i,r++})}}function _i(a){a=a||{};for(var n=0,t=arguments.length<=1?0:arguments.length-1;n<t;n++){var e=n+1<1||arguments.length<=n+1?void 0:arguments[n+1];e&&Object.assign(a,e)}return a}function gt(a,n){for(var t in n)if(Object.prototype.hasOwnProperty.call(n,t)&&n[t]!==a[t])return!0;return!1}function Ti(a,n){var t=a,e=n;for(var r in t)if(Object.prototype.hasOwnProperty.call(t,r)&&t[r]!==e[r])return!1;for(var i in e)if(Object.prototype.hasOwnProperty.call(e,i)&&e[i]!==t[i])return!1;return!0}function Xe(a,n,t){t?a.add(n):a.delete(n)}var Ei=$e(La());var wi={easing:"quadraticInOut",duration:150};function Me(a){return a.labelVisibility==="visible"&&a.visibility!=="hidden"}function Ca(a){return a.backdropVisibility==="visible"&&a.visibility!=="hidden"}function Ln(a){return[a.rotationAlignment==="graph"?1:0,a.labelRotationAlignment==="graph"?1:0]}function ka(a,n,t){var e=a[n];if(e)for(var r=0;r<e.length;r++){var i=e[r];if(!(t<i.offset||t>=i.offset+i.count)){if(i.count===1)e.splice(r,1);else if(t===i.offset)i.offset++,i.count--;else if(t===i.offset+i.count-1)i.count--;else{var o=t+1,s=i.offset+i.count-o;i.count=t-i.offset,e.splice(r+1,0,{offset:o,count:s})}return}}}function Pa(a,n,t){if(!a[n]){a[n]=[{offset:t,count:1}];return}for(var e=a[n],r=e.length,i=0;i<e.length;i++)if(t<e[i].offset){r=i;break}var o=r>0?e[r-1]:null,s=r<e.length?e[r]:null,l=o&&o.offset+o.count===t,d=s&&t+1===s.offset;l&&d?(o.count+=1+s.count,e.splice(r,1)):l?o.count++:d?(s.offset--,s.count++):e.splice(r,0,{offset:t,count:1})}function Ri(a){if(!(0,Ei.default)(a))throw new Error("Sigma: invalid graph instance.")}function Cn(a){var n=J(a.x,2),t=n[0],e=n[1],r=J(a.y,2),i=r[0],o=r[1],s=Math.max(e-t,o-i),l=(e+t)/2,d=(o+i)/2;(s===0||Math.abs(s)===1/0||isNaN(s))&&(s=1),isNaN(l)&&(l=0),isNaN(d)&&(d=0);var u=function(f){return{x:.5+(f.x-l)/s,y:.5+(f.y-d)/s}};return u.applyTo=function(c){c.x=.5+(c.x-l)/s,c.y=.5+(c.y-d)/s},u.inverse=function(c){return{x:l+s*(c.x-.5),y:d+s*(c.y-.5)}},u.ratio=s,u}var kn={hideEdgesOnMove:!1,hideLabelsOnMove:!1,renderLabels:!0,renderEdgeLabels:!1,edgeLabelAnchors:"nodeLabels",enableEdgeEvents:!1,nodeLabelEvents:!1,edgeLabelEvents:!1,pickingDownSizingRatio:2,nodePickingPadding:0,edgePickingPadding:4,labelPickingPadding:10,stagePadding:30,minEdgeThickness:1.7,antiAliasingFeather:1,antialiasEdges:!0,antialiasNodes:!0,dragTimeout:100,draggedEventsTolerance:3,inertiaDuration:200,inertiaRatio:3,zoomDuration:250,zoomingRatio:1.7,doubleClickTimeout:300,doubleClickZoomingRatio:2.2,doubleClickZoomingDuration:200,tapMoveTolerance:10,zoomToSizeRatioFunction:Math.sqrt,itemSizesReference:"positions",autoRescale:!0,autoRescaleContent:"positions",enableNodeDrag:!1,getDraggedNodes:function(n){return[n]},dragPositionToAttributes:null,labelDensity:1,labelGridCellSize:100,labelRenderedSizeThreshold:6,labelPixelSnapping:!0,minCameraRatio:null,maxCameraRatio:null,enableCameraZooming:!0,enableCameraPanning:!0,enableCameraRotation:!0,enableCameraMouseRotation:!0,cameraPanBoundaries:null,gestureTarget:"graph",sharedGestureWheelMessage:"Use Ctrl + scroll to zoom the graph",sharedGestureAppleWheelMessage:"Use \u2318 + scroll to zoom the graph",sharedGestureTouchMessage:"Use two fingers to move the graph",allowInvalidContainer:!1,DEBUG_displayPickingLayer:!1,DEBUG_logShaders:!1,DEBUG_logRenderStats:!1,DEBUG_gpuTimerQueries:!1};function Pn(a){if(typeof a.labelDensity!="number"||a.labelDensity<0)throw new Error("Settings: invalid `labelDensity`. Expecting a positive number.");var n=a.minCameraRatio,t=a.maxCameraRatio;if(typeof n=="number"&&typeof t=="number"&&t<n)throw new Error("Settings: invalid camera ratio boundaries. Expecting `maxCameraRatio` to be greater than `minCameraRatio`.")}function Ai(a){return _i({},kn,a)}var Bd=new Set(["italic","oblique"]),Wd=new Set(["bold","bolder","lighter"]);function Fn(a){for(var n="normal",t="normal",e=a.trim(),r=e.split(/\s+/),i=0,o=0;o<r.length;o++){var s=r[o].toLowerCase();if(Bd.has(s))t=s,i=o+1;else if(Wd.has(s)||/^\d{3}$/.test(s))n=s,i=o+1;else if(s==="normal")i=o+1;else break}var l=r.slice(i).join(" ");return{family:l||e,weight:n,style:t}}function pt(a,n,t){var e=document.createElement(a);if(n)for(var r in n)e.style[r]=n[r];if(t)for(var i in t)e.setAttribute(i,t[i]);return e}function Gt(){return typeof window.devicePixelRatio<"u"?window.devicePixelRatio:1}var zi=$e(rt());function Ud(a){var n=a.type===WebGL2RenderingContext.FLOAT&&!a.normalized,t=a.type===WebGL2RenderingContext.UNSIGNED_BYTE&&a.size===4&&a.normalized;if(!n&&!t)throw new Error('Attribute "'.concat(a.name,'" is invalid: only non-normalized FLOAT and normalized UNSIGNED_BYTE with size 4 are supported.'));return a.normalized?1:a.size}function Fa(a){var n=0;return a.forEach(function(t){return n+=Ud(t)}),n}function Mi(a,n,t){var e=a==="VERTEX"?n.VERTEX_SHADER:n.FRAGMENT_SHADER,r=n.createShader(e);if(r===null)throw new Error("loadShader: error while creating the shader");n.shaderSource(r,t),n.compileShader(r);var i=n.getShaderParameter(r,n.COMPILE_STATUS);if(!i){var o=n.getShaderInfoLog(r);throw n.deleteShader(r),new Error(`loadShader: error while compiling the shader:
`.concat(o,`
`).concat(t))}return r}function Na(a,n){return Mi("VERTEX",a,n)}function Ga(a,n){return Mi("FRAGMENT",a,n)}function za(a,n){var t=a.createProgram();if(t===null)throw new Error("loadProgram: error while creating the program.");var e,r;for(e=0,r=n.length;e<r;e++)a.attachShader(t,n[e]);a.linkProgram(t);var i=a.getProgramParameter(t,a.LINK_STATUS);if(!i){var o=a.getProgramInfoLog(t);throw a.deleteProgram(t),new Error("loadProgram: error while linking the program: ".concat(o))}return t}function Di(a){var n=a.gl,t=a.buffer,e=a.program,r=a.vertexShader,i=a.fragmentShader;n.deleteShader(r),n.deleteShader(i),n.deleteProgram(e),n.deleteBuffer(t)}function ie(a){return a%1===0?a.toFixed(1):a.toString()}var On=new Map,Oi=new Map,Hd=0;function Bi(a,n){var t,e=(t=a.variables)===null||t===void 0||(t=t[n.source||n.name.replace(/^a_/,"")])===null||t===void 0?void 0:t.default,r=typeof e=="number"?e:typeof n.defaultValue=="number"?n.defaultValue:0;return ie(r)}function Bn(a,n,t){var e,r=arguments.length>3&&arguments[3]!==void 0?arguments[3]:function(o){return"v_".concat(o.name.replace(/^a_/,""))},i=[n,t].concat(V(a.uniforms.filter(function(o){return o.type==="float"}).map(function(o){var s;return ie((s=o.value)!==null&&s!==void 0?s:0)})),V(((e=a.attributes)!==null&&e!==void 0?e:[]).map(r)));return"sdf_".concat(a.name,"(").concat(i.join(", "),")")}function $d(a){var n,t=a.name,e=a.uniforms.filter(function(o){return o.type==="float"&&o.value!==void 0&&o.value!==0}).map(function(o){return"".concat(o.name.replace("u_",""),"=").concat(o.value)}).sort(),r=((n=a.attributes)!==null&&n!==void 0?n:[]).map(function(o){var s;return"".concat(o.name,"@").concat((s=o.source)!==null&&s!==void 0?s:"","=").concat(Bi(a,o))}),i=[].concat(V(e),V(r));return i.length>0&&(t+="#"+i.join("#")),t}function Vd(a){var n=$d(a);if(!On.has(n)){var t={},e=O(a.uniforms),r;try{for(e.s();!(r=e.n()).done;){var i=r.value;i.type==="float"&&i.value!==void 0&&(t[i.name]=i.value)}}catch(o){e.e(o)}finally{e.f()}On.set(n,{shape:a,uniformValues:t,slug:n}),Oi.set(n,Hd++)}return n}function Wt(a){var n;return(n=Oi.get(a))!==null&&n!==void 0?n:-1}function Wi(a){var n=[],t=new Set,e=new Set,r=/mat2 rotate2D\(float angle\)\s*\{[^}]+\}/,i=O(a),o;try{for(i.s();!(o=i.n()).done;){var s=o.value;if(!e.has(s.name)){e.add(s.name);var l=s.glsl;r.test(l)&&(t.has("rotate2D")?l=l.replace(r,""):t.add("rotate2D")),n.push(l)}}}catch(d){i.e(d)}finally{i.f()}return n.join(`
`)}function Xd(){return Wi(Array.from(On.values()).map(function(a){return a.shape}))}function jd(a){var n=Array.from(On.entries());if(n.length===0)return`
float querySDF(int shapeId, vec2 uv, float size) {
  return length(uv) - size;
}
`;var t=n.map(function(e,r){var i=J(e,2),o=i[0],s=i[1].shape,l=Bn(s,"uv","size",function(d){var u=d.name.replace(/^a_/,"");return a!=null&&a.has(u)?"g_".concat(u):Bi(s,d)});return"    case ".concat(r,": return ").concat(l,"; // ").concat(o)}).join(`
`);return`
float querySDF(int shapeId, vec2 uv, float size) {
  switch (shapeId) {
`.concat(t,`
    default: return length(uv) - size;
  }
}
`)}function Ma(a){return Wi(a)}function Ut(a){return V(new Map(a.flatMap(function(n){return n.uniforms}).map(function(n){return[n.name,n]})).values())}function qd(a,n){if(a.length===0)return`
void queryNodeSDF(int shapeId, vec2 uv, float size) {
  context.sdf = length(uv) - size;
  context.inradiusFactor = 1.0;
}
`;var t=function(c){return Bn(c,"uv","size")},e=function(c){var f,h;return(f=c.inradiusFactorGLSL)!==null&&f!==void 0?f:ie((h=c.inradiusFactor)!==null&&h!==void 0?h:1)};if(a.length===1){var r=a[0];return`
void queryNodeSDF(int shapeId, vec2 uv, float size) {
  context.sdf = `.concat(t(r),`;
  context.inradiusFactor = `).concat(e(r),`;
}
`)}var i=a.map(function(u,c){return"    case ".concat(c,": // ").concat(u.name,`
      context.sdf = `).concat(t(u),`;
      context.inradiusFactor = `).concat(e(u),`;
      break;`)}).join(`
`),o=a[0],s="",l="shapeId";if(n&&n.length>1){var d=n.map(function(u,c){return"    case ".concat(u,": return ").concat(c,"; // ").concat(a[c].name)}).join(`
`);s=`
int globalToLocalShapeId(int globalId) {
  switch (globalId) {
`.concat(d,`
    default: return 0;
  }
}
`),l="globalToLocalShapeId(shapeId)"}return"".concat(s,`
void queryNodeSDF(int shapeId, vec2 uv, float size) {
  switch (`).concat(l,`) {
`).concat(i,`
    default:
      context.sdf = `).concat(t(o),`;
      context.inradiusFactor = `).concat(e(o),`;
  }
}
`)}var mt={right:0,left:1,above:2,below:3,over:4},bt=5,Oa=3,Ui=`
float matrixScaleX = length(vec2(u_matrix[0][0], u_matrix[1][0]));
float nodeRadiusGraphSpace = nodeSize * u_correctionRatio / u_sizeRatio * 2.0;
float nodeRadiusNDC = nodeRadiusGraphSpace * matrixScaleX;
float nodeRadiusPixels = nodeRadiusNDC * u_resolution.x / 2.0;
`,Yd=`
mat2 rotate2D(float angle) {
  float c = cos(angle);
  float s = sin(angle);
  return mat2(c, -s, s, c);
}
`,Hi=`
vec2 getLabelDirection(float positionMode) {
  if (positionMode < 0.5) return vec2(1.0, 0.0);   // Right
  if (positionMode < 1.5) return vec2(-1.0, 0.0);  // Left
  if (positionMode < 2.5) return vec2(0.0, -1.0);  // Above
  if (positionMode < 3.5) return vec2(0.0, 1.0);   // Below
  return vec2(0.0);                                 // Over (centered)
}
`,Kd=`
float sdfBox(vec2 p, vec2 halfSize) {
  vec2 d = abs(p) - halfSize;
  return length(max(d, 0.0)) + min(max(d.x, d.y), 0.0);
}
`,Zd=`
float sdfRotatedBox(vec2 p, vec2 halfSize, float angle) {
  float c = cos(-angle);
  float s = sin(-angle);
  vec2 rotatedP = mat2(c, -s, s, c) * p;
  return sdfBox(rotatedP, halfSize);
}
`,Qd=`
float sdfRoundedBox(vec2 p, vec2 halfSize, float radius) {
  vec2 d = abs(p) - halfSize + radius;
  return length(max(d, 0.0)) + min(max(d.x, d.y), 0.0) - radius;
}
`,Jd=`
float sdfRoundedRotatedBox(vec2 p, vec2 halfSize, float angle, float radius) {
  float c = cos(-angle);
  float s = sin(-angle);
  vec2 rotatedP = mat2(c, -s, s, c) * p;
  return sdfRoundedBox(rotatedP, halfSize, radius);
}
`,$i=`
vec2 labelBoxCenter(float positionMode, float labelStart, vec2 halfSize, float textHalfY) {
  if (positionMode < 0.5) return vec2(labelStart + halfSize.x, 0.0);    // right
  if (positionMode < 1.5) return vec2(-(labelStart + halfSize.x), 0.0); // left
  if (positionMode < 2.5) return vec2(0.0, -(labelStart + textHalfY));  // above
  if (positionMode < 3.5) return vec2(0.0, labelStart + textHalfY);     // below
  return vec2(0.0);                                                     // over
}
`,Ba=2,Fe=`
vec4 readNodeData(sampler2D nodeDataTexture, int nodeDataTextureWidth, int nodeIndex) {
  int t = nodeIndex * `.concat(Ba,`;
  ivec2 coord = ivec2(t % nodeDataTextureWidth, t / nodeDataTextureWidth);
  return texelFetch(nodeDataTexture, coord, 0);
}
`),qe=`
vec4 readNodeFlags(sampler2D nodeDataTexture, int nodeDataTextureWidth, int nodeIndex) {
  int t = nodeIndex * `.concat(Ba,` + 1;
  ivec2 coord = ivec2(t % nodeDataTextureWidth, t / nodeDataTextureWidth);
  return texelFetch(nodeDataTexture, coord, 0);
}
`),eu=`
vec4 readNodeColor(sampler2D nodeDataTexture, int nodeDataTextureWidth, int nodeIndex) {
  int t = nodeIndex * `.concat(Ba,` + 1;
  ivec2 coord = ivec2(t % nodeDataTextureWidth, t / nodeDataTextureWidth);
  vec4 texel = texelFetch(nodeDataTexture, coord, 0);
  float r = floor(texel.b / 65536.0);
  float g = floor(mod(texel.b, 65536.0) / 256.0);
  float b = mod(texel.b, 256.0);
  return vec4(r / 255.0, g / 255.0, b / 255.0, texel.a);
}
`),yt=`
vec4 readFrameTexel(sampler2D frameTexture, int frameTextureWidth, int index) {
  ivec2 coord = ivec2(index % frameTextureWidth, index / frameTextureWidth);
  return texelFetch(frameTexture, coord, 0);
}
`;function tu(a,n){var t=function(o){return Bn(o,"uv","size")};if(a.length===1)return{code:Li(t(a[0])),multiShape:!1};var e=a.map(function(i,o){return"    case ".concat(n?n[o]:o,": return ").concat(t(i),";")}).join(`
`),r=`
float queryShapeSDF(int shapeId, vec2 uv, float size) {
  switch (shapeId) {
`.concat(e,`
    default: return `).concat(t(a[0]),`;
  }
}
int g_shapeId;
`).concat(Li("queryShapeSDF(g_shapeId, uv, size)"),`
`);return{code:r,multiShape:!0}}function Li(a){return`
float findEdgeDistance(vec2 direction, float size) {
  float lo = 0.0, hi = 2.0;
  for (int i = 0; i < 8; i++) {
    float mid = (lo + hi) * 0.5;
    vec2 uv = direction * mid;
    if (`.concat(a,` < 0.0) lo = mid; else hi = mid;
  }
  return (lo + hi) * 0.5;
}
`)}function nu(a,n){for(;!{}.hasOwnProperty.call(a,n)&&(a=Ve(a))!==null;);return a}function Ia(){return Ia=typeof Reflect<"u"&&Reflect.get?Reflect.get.bind():function(a,n,t){var e=nu(a,n);if(e){var r=Object.getOwnPropertyDescriptor(e,n);return r.get?r.get.call(arguments.length<3?a:t):r.value}},Ia.apply(null,arguments)}function se(a,n,t,e){var r=Ia(Ve(1&e?a.prototype:a),n,t);return 2&e&&typeof r=="function"?function(i){return r.apply(t,i)}:r}var au=1024,ru=1.5,iu=4096,Vi=-1,Wn=(function(){function a(n,t){var e=arguments.length>2&&arguments[2]!==void 0?arguments[2]:au;K(this,a),S(this,"texture",null),S(this,"dirty",!1),S(this,"dirtyRangeStart",1/0),S(this,"dirtyRangeEnd",-1),S(this,"indexMap",new Map),S(this,"freeIndices",[]),S(this,"nextIndex",0),this.gl=n,this.TEXELS_PER_ITEM=t,this.capacity=this.roundUpToPowerOfTwo(e);var r=this.computeTextureDimensions(this.capacity);this.textureWidth=r.width,this.textureHeight=r.height,this.data=new Float32Array(this.textureWidth*this.textureHeight*4),this.createTexture()}return Z(a,[{key:"computeTextureDimensions",value:function(t){var e=t*this.TEXELS_PER_ITEM,r=Math.min(e,iu),i=Math.ceil(e/r);return{width:r,height:i}}},{key:"roundUpToPowerOfTwo",value:function(t){return Math.pow(2,Math.ceil(Math.log2(Math.max(1,t))))}},{key:"createTexture",value:function(){var t=this.gl;this.texture=t.createTexture(),t.activeTexture(t.TEXTURE0),t.bindTexture(t.TEXTURE_2D,this.texture),t.texImage2D(t.TEXTURE_2D,0,t.RGBA32F,this.textureWidth,this.textureHeight,0,t.RGBA,t.FLOAT,this.data),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_MIN_FILTER,t.NEAREST),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_MAG_FILTER,t.NEAREST),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_WRAP_S,t.CLAMP_TO_EDGE),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_WRAP_T,t.CLAMP_TO_EDGE),t.bindTexture(t.TEXTURE_2D,null)}},{key:"resize",value:function(t){if(!(t<=this.capacity)){var e=this.roundUpToPowerOfTwo(Math.ceil(t*ru)),r=this.gl,i=this.computeTextureDimensions(e),o=new Float32Array(i.width*i.height*4);o.set(this.data),this.texture&&r.deleteTexture(this.texture),this.data=o,this.capacity=e,this.textureWidth=i.width,this.textureHeight=i.height,this.createTexture(),this.dirty=!0,this.dirtyRangeStart=0,this.dirtyRangeEnd=this.nextIndex}}},{key:"allocate",value:function(t){var e=this.indexMap.get(t);if(e!==void 0)return e;var r;return this.freeIndices.length>0?r=this.freeIndices.pop():(r=this.nextIndex++,r>=this.capacity&&this.resize(r+1)),this.indexMap.set(t,r),r}},{key:"free",value:function(t){var e=this.indexMap.get(t);if(e!==void 0){this.indexMap.delete(t),this.freeIndices.push(e);for(var r=e*this.TEXELS_PER_ITEM*4,i=0;i<this.TEXELS_PER_ITEM*4;i++)this.data[r+i]=0;this.markDirty(e)}}},{key:"getIndex",value:function(t){var e;return(e=this.indexMap.get(t))!==null&&e!==void 0?e:-1}},{key:"has",value:function(t){return this.indexMap.has(t)}},{key:"markDirty",value:function(t){this.dirty=!0,this.dirtyRangeStart=Math.min(this.dirtyRangeStart,t),this.dirtyRangeEnd=Math.max(this.dirtyRangeEnd,t+1)}},{key:"upload",value:function(){if(!(!this.dirty||!this.texture)){var t=this.gl,e=this.textureWidth;t.activeTexture(t.TEXTURE0),t.bindTexture(t.TEXTURE_2D,this.texture);var r=this.dirtyRangeStart*this.TEXELS_PER_ITEM,i=Math.min(this.dirtyRangeEnd*this.TEXELS_PER_ITEM,this.capacity*this.TEXELS_PER_ITEM);if(r<i)for(var o=Math.floor(r/e),s=Math.floor((i-1)/e),l=o;l<=s;l++){var d=l*e,u=Math.min(d+e,this.capacity*this.TEXELS_PER_ITEM),c=Math.max(r,d),f=Math.min(i,u);if(c<f){var h=c-d,g=f-c,p=this.data.subarray(c*4,f*4);t.texSubImage2D(t.TEXTURE_2D,0,h,l,g,1,t.RGBA,t.FLOAT,p)}}t.bindTexture(t.TEXTURE_2D,null),this.dirty=!1,this.dirtyRangeStart=1/0,this.dirtyRangeEnd=-1}}},{key:"bind",value:function(t){var e=this.gl;e.activeTexture(e.TEXTURE0+t),e.bindTexture(e.TEXTURE_2D,this.texture)}},{key:"getTexture",value:function(){return this.texture}},{key:"getCapacity",value:function(){return this.capacity}},{key:"getTextureWidth",value:function(){return this.textureWidth}},{key:"getTextureHeight",value:function(){return this.textureHeight}},{key:"getTexelsPerItem",value:function(){return this.TEXELS_PER_ITEM}},{key:"getCount",value:function(){return this.indexMap.size}},{key:"getHighWaterMark",value:function(){return this.nextIndex}},{key:"isDirty",value:function(){return this.dirty}},{key:"clear",value:function(){this.indexMap.clear(),this.freeIndices=[],this.nextIndex=0,this.data.fill(0),this.dirty=!0,this.dirtyRangeStart=0,this.dirtyRangeEnd=this.capacity}},{key:"restore",value:function(){this.createTexture(),this.dirty=!1,this.dirtyRangeStart=1/0,this.dirtyRangeEnd=-1}},{key:"kill",value:function(){this.texture&&(this.gl.deleteTexture(this.texture),this.texture=null),this.indexMap.clear(),this.freeIndices=[]}}])})();function xe(a){var n={},t={},e=0,r=O(a),i;try{for(r.s();!(i=r.n()).done;){var o=i.value,s=O(o.attributes),l;try{for(s.s();!(l=s.n()).done;){var d=l.value,u=d.name.replace(/^a_/,"");u in n||(n[u]=e,t[u]=d,e+=d.size)}}catch(c){s.e(c)}finally{s.f()}}}catch(c){r.e(c)}finally{r.f()}return{floatsPerItem:e,texelsPerItem:Math.max(1,Math.ceil(e/4)),offsets:n,specs:t}}var Un=(function(a){function n(t,e,r){var i;return K(this,n),i=ae(this,n,[t,e.texelsPerItem,r]),i.floatsPerItem=e.floatsPerItem,i}return re(n,a),Z(n,[{key:"updateAllAttributes",value:function(e,r){var i=this.indexMap.get(e);i===void 0&&(i=this.allocate(e));for(var o=i*this.TEXELS_PER_ITEM*4,s=Math.min(r.length,this.floatsPerItem),l=0;l<s;l++)this.data[o+l]=r[l];this.markDirty(i)}},{key:"updateAllAttributesAtRow",value:function(e,r){e>=this.capacity&&this.resize(e+1);for(var i=e*this.TEXELS_PER_ITEM*4,o=Math.min(r.length,this.floatsPerItem),s=0;s<o;s++)this.data[i+s]=r[s];this.markDirty(e)}}])})(Wn);function Hn(a,n,t){for(var e=[],r=new Set,i=0;i<a.length;i++){var o=a[i],s=O(o.attributes),l;try{for(s.s();!(l=s.n()).done;){var d=l.value,u=d.name.replace(/^a_/,"");if(!r.has(u)){r.add(u);var c=n.offsets[u];if(c!==void 0){var f=t?.get(i);e.push({sourceKey:d.source||u,packedOffset:c,size:d.size,isColor:d.size===4&&!!d.normalized,defaultNum:typeof d.defaultValue=="number"?d.defaultValue:d.defaultValue===!0?1:0,defaultColor:typeof d.defaultValue=="string"?d.defaultValue:"",sourceIndex:i,hasLifecycleHook:!!(f!=null&&f.getAttributeData)})}}}}catch(h){s.e(h)}finally{s.f()}}return e}function $n(a,n,t,e,r,i){t.fill(0);for(var o=0,s=a.length;o<s;o++){var l=a[o],d=l.packedOffset,u=void 0;if(l.hasLifecycleHook){var c=r.get(l.sourceIndex-i);u=c.getAttributeData(n,l.sourceKey),u===null&&(u=n[l.sourceKey])}else u=n[l.sourceKey];if(l.isColor){var f=typeof u=="string"?u:l.defaultColor||e,h=ze(f),g=J(h,4),p=g[0],m=g[1],v=g[2],b=g[3];t[d]=p/255,t[d+1]=m/255,t[d+2]=v/255,t[d+3]=b/255}else if(l.size===1)t[d]=typeof u=="number"?u:typeof u=="boolean"?u?1:0:l.defaultNum;else{var y=Array.isArray(u)?u:null;if(y)for(var _=0;_<l.size;_++){var x;t[d+_]=(x=y[_])!==null&&x!==void 0?x:0}}}}var In=["r","g","b","a"];function vt(a,n){var t=a.offsets,e=a.specs,r=a.texelsPerItem,i=a.floatsPerItem,o=Object.keys(t);if(o.length===0||i===0)return{fetchCode:"",varyingAssignments:""};var s=n.varPrefix,l=n.baseTexelExpr,d=n.textureWidthUniform,u=n.textureSamplerUniform,c=n.outputPrefix,f=c===void 0?"v_":c,h=[];h.push("  int ".concat(s,"BaseTexel = ").concat(l,";")),h.push("");for(var g=0;g<r;g++)h.push("  ivec2 ".concat(s,"Coord").concat(g," = ivec2((").concat(s,"BaseTexel + ").concat(g,") % ").concat(d,", (").concat(s,"BaseTexel + ").concat(g,") / ").concat(d,");")),h.push("  vec4 ".concat(s,"Texel").concat(g," = texelFetch(").concat(u,", ").concat(s,"Coord").concat(g,", 0);"));h.push("");for(var p=[],m=function(){var _=b[v],x=e[_],T=t[_],w=Math.floor(T/4),E=T%4,L="".concat(s,"Texel").concat(w),R="".concat(s,"Texel").concat(w+1),I="".concat(s,"Fetched_").concat(_);if(x.size===1)h.push("  float ".concat(I," = ").concat(L,".").concat(In[E],";"));else if(x.size===4&&E===0)h.push("  vec4 ".concat(I," = ").concat(L,";"));else{var A=E+x.size;if(A<=4){var N="vec".concat(x.size),D=In.slice(E,A).join("");h.push("  ".concat(N," ").concat(I," = ").concat(L,".").concat(D,";"))}else{var F=x.size===4?"vec4":"vec".concat(x.size),z=In.slice(E).map(function(k){return"".concat(L,".").concat(k)}),G=In.slice(0,A-4).map(function(k){return"".concat(R,".").concat(k)}),C=[].concat(V(z),V(G)).join(", ");h.push("  ".concat(F," ").concat(I," = ").concat(F,"(").concat(C,");"))}}p.push("  ".concat(f).concat(_," = ").concat(I,";"))},v=0,b=o;v<b.length;v++)m();return{fetchCode:h.join(`
`),varyingAssignments:p.join(`
`)}}function Wa(a,n,t){if(!(!n||t.type==="sampler2D"))switch(t.type){case"float":a.uniform1f(n,t.value);break;case"int":case"bool":a.uniform1i(n,t.value);break;case"vec2":a.uniform2fv(n,t.value);break;case"vec3":a.uniform3fv(n,t.value);break;case"vec4":a.uniform4fv(n,t.value);break;case"mat3":a.uniformMatrix3fv(n,!1,t.value);break;case"mat4":a.uniformMatrix4fv(n,!1,t.value);break}}var ou=S(S(S(S(S(S(S(S({},WebGL2RenderingContext.BOOL,1),WebGL2RenderingContext.BYTE,1),WebGL2RenderingContext.UNSIGNED_BYTE,1),WebGL2RenderingContext.SHORT,2),WebGL2RenderingContext.UNSIGNED_SHORT,2),WebGL2RenderingContext.INT,4),WebGL2RenderingContext.UNSIGNED_INT,4),WebGL2RenderingContext.FLOAT,4);function Nn(a){var n=a.match(/^(#version[^\n]*\n)/);return n?n[1]+`#define PICKING_MODE
`+a.slice(n[1].length):`#define PICKING_MODE
`+a}var Ye=(function(){function a(n,t,e){K(this,a),S(this,"floats",new Float32Array),S(this,"ints",new Uint32Array),S(this,"constantArray",new Float32Array),S(this,"capacity",0),S(this,"verticesCount",0),S(this,"bufferGeneration",0),S(this,"uploadedGeneration",new Map),S(this,"constantBufferGeneration",0),S(this,"uploadedConstantGeneration",new Map),S(this,"renderOffset",0),S(this,"renderCount",-1),S(this,"debugStats",{drawCalls:0,verticesDrawn:0,bufferUploadBytes:0}),S(this,"shadersLogged",!1),S(this,"pickProgram",null);var r=this.getDefinition();if(this.VERTICES=r.VERTICES,this.VERTEX_SHADER_SOURCE=r.VERTEX_SHADER_SOURCE,this.FRAGMENT_SHADER_SOURCE=r.FRAGMENT_SHADER_SOURCE,this.UNIFORMS=r.UNIFORMS,this.ATTRIBUTES=r.ATTRIBUTES,this.METHOD=r.METHOD,this.CONSTANT_ATTRIBUTES="CONSTANT_ATTRIBUTES"in r?r.CONSTANT_ATTRIBUTES:[],this.CONSTANT_DATA="CONSTANT_DATA"in r?r.CONSTANT_DATA:[],this.isInstanced="CONSTANT_ATTRIBUTES"in r,this.ATTRIBUTES_ITEMS_COUNT=Fa(this.ATTRIBUTES),this.STRIDE=this.VERTICES*this.ATTRIBUTES_ITEMS_COUNT,this.renderer=e,this.normalProgram=this.getProgramInfo("normal",n,r.VERTEX_SHADER_SOURCE,r.FRAGMENT_SHADER_SOURCE,null),this.pickProgram=this.getProgramInfo("pick",n,Nn(r.VERTEX_SHADER_SOURCE),Nn(r.FRAGMENT_SHADER_SOURCE),null),this.isInstanced){var i=Fa(this.CONSTANT_ATTRIBUTES);if(this.CONSTANT_DATA.length!==this.VERTICES)throw new Error("Program: error while getting constant data (expected ".concat(this.VERTICES," items, received ").concat(this.CONSTANT_DATA.length," instead)"));this.constantArray=new Float32Array(this.CONSTANT_DATA.length*i);for(var o=0;o<this.CONSTANT_DATA.length;o++){var s=this.CONSTANT_DATA[o];if(s.length!==i)throw new Error("Program: error while getting constant data (one vector has ".concat(s.length," items instead of ").concat(i,")"));for(var l=0;l<s.length;l++)this.constantArray[o*i+l]=s[l]}this.STRIDE=this.ATTRIBUTES_ITEMS_COUNT}}return Z(a,[{key:"kill",value:function(){Di(this.normalProgram),this.pickProgram&&Di(this.pickProgram)}},{key:"resetDebugStats",value:function(){this.debugStats.drawCalls=0,this.debugStats.verticesDrawn=0,this.debugStats.bufferUploadBytes=0}},{key:"getProgramInfo",value:function(t,e,r,i,o){var s=e.createBuffer();if(s===null)throw new Error("Program: error while creating the WebGL buffer.");var l=Na(e,r),d=Ga(e,i),u=za(e,[l,d]),c={};this.UNIFORMS.forEach(function(g){var p=e.getUniformLocation(u,g);p&&(c[g]=p)});var f={};this.ATTRIBUTES.forEach(function(g){f[g.name]=e.getAttribLocation(u,g.name)});var h;if(this.isInstanced&&(this.CONSTANT_ATTRIBUTES.forEach(function(g){f[g.name]=e.getAttribLocation(u,g.name)}),h=e.createBuffer(),h===null))throw new Error("Program: error while creating the WebGL constant buffer.");return{name:t,program:u,gl:e,frameBuffer:o,buffer:s,constantBuffer:h||{},uniformLocations:c,attributeLocations:f,isPicking:t==="pick",vertexShader:l,fragmentShader:d}}},{key:"bindProgram",value:function(t){var e=this,r=0,i=t.gl,o=t.buffer;if(this.isInstanced){if(i.bindBuffer(i.ARRAY_BUFFER,t.constantBuffer),r=0,this.CONSTANT_ATTRIBUTES.forEach(function(u){return r+=e.bindAttribute(u,t,r,!1)}),this.uploadedConstantGeneration.get(t.constantBuffer)!==this.constantBufferGeneration){var l;i.bufferData(i.ARRAY_BUFFER,this.constantArray,i.STATIC_DRAW),this.uploadedConstantGeneration.set(t.constantBuffer,this.constantBufferGeneration),(l=this.renderer)!==null&&l!==void 0&&l.getSetting("DEBUG_logRenderStats")&&(this.debugStats.bufferUploadBytes+=this.constantArray.byteLength)}if(i.bindBuffer(i.ARRAY_BUFFER,t.buffer),r=this.renderOffset*this.ATTRIBUTES_ITEMS_COUNT*Float32Array.BYTES_PER_ELEMENT,this.ATTRIBUTES.forEach(function(u){return r+=e.bindAttribute(u,t,r,!0)}),this.uploadedGeneration.get(o)!==this.bufferGeneration){var d;i.bufferData(i.ARRAY_BUFFER,this.floats,i.DYNAMIC_DRAW),this.uploadedGeneration.set(o,this.bufferGeneration),(d=this.renderer)!==null&&d!==void 0&&d.getSetting("DEBUG_logRenderStats")&&(this.debugStats.bufferUploadBytes+=this.floats.byteLength)}}else if(i.bindBuffer(i.ARRAY_BUFFER,o),r=0,this.ATTRIBUTES.forEach(function(u){return r+=e.bindAttribute(u,t,r)}),this.uploadedGeneration.get(o)!==this.bufferGeneration){var s;i.bufferData(i.ARRAY_BUFFER,this.floats,i.DYNAMIC_DRAW),this.uploadedGeneration.set(o,this.bufferGeneration),(s=this.renderer)!==null&&s!==void 0&&s.getSetting("DEBUG_logRenderStats")&&(this.debugStats.bufferUploadBytes+=this.floats.byteLength)}i.bindBuffer(i.ARRAY_BUFFER,null)}},{key:"unbindProgram",value:function(t){var e=this;this.isInstanced?(this.CONSTANT_ATTRIBUTES.forEach(function(r){return e.unbindAttribute(r,t,!1)}),this.ATTRIBUTES.forEach(function(r){return e.unbindAttribute(r,t,!0)})):this.ATTRIBUTES.forEach(function(r){return e.unbindAttribute(r,t)})}},{key:"bindAttribute",value:function(t,e,r,i){var o=ou[t.type];if(typeof o!="number")throw new Error('Program.bind: yet unsupported attribute type "'.concat(t.type,'"'));var s=e.attributeLocations[t.name],l=e.gl;if(s!==-1){l.enableVertexAttribArray(s);var d=this.isInstanced?(i?this.ATTRIBUTES_ITEMS_COUNT:Fa(this.CONSTANT_ATTRIBUTES))*Float32Array.BYTES_PER_ELEMENT:this.ATTRIBUTES_ITEMS_COUNT*Float32Array.BYTES_PER_ELEMENT;l.vertexAttribPointer(s,t.size,t.type,t.normalized||!1,d,r),this.isInstanced&&i&&l.vertexAttribDivisor(s,1)}return t.size*o}},{key:"unbindAttribute",value:function(t,e,r){var i=e.attributeLocations[t.name],o=e.gl;i!==-1&&(o.disableVertexAttribArray(i),this.isInstanced&&r&&o.vertexAttribDivisor(i,0))}},{key:"reallocate",value:function(t){t!==this.capacity&&(this.capacity=t,this.verticesCount=this.VERTICES*t,this.floats=new Float32Array(this.isInstanced?this.capacity*this.ATTRIBUTES_ITEMS_COUNT:this.verticesCount*this.ATTRIBUTES_ITEMS_COUNT),this.ints=new Uint32Array(this.floats.buffer),this.invalidateBuffers())}},{key:"invalidateBuffers",value:function(){this.bufferGeneration++,this.constantBufferGeneration++}},{key:"hasNothingToRender",value:function(){return this.verticesCount===0}},{key:"setTypedUniform",value:function(t,e){var r;Wa(e.gl,(r=e.uniformLocations[t.name])!==null&&r!==void 0?r:null,t)}},{key:"renderProgram",value:function(t,e){var r=e.gl,i=e.program,o=e.isPicking;o?r.disable(r.BLEND):r.enable(r.BLEND),r.useProgram(i),this.setUniforms(t,e),this.drawWebGL(this.METHOD,e)}},{key:"render",value:function(t,e,r){var i;if(!this.shadersLogged&&(i=this.renderer)!==null&&i!==void 0&&i.getSetting("DEBUG_logShaders")&&(this.shadersLogged=!0,console.log("[sigma] DEBUG_logShaders: ".concat(this.constructor.name),{normal:{vertexShaderSource:this.VERTEX_SHADER_SOURCE,fragmentShaderSource:this.FRAGMENT_SHADER_SOURCE},pick:{vertexShaderSource:Nn(this.VERTEX_SHADER_SOURCE),fragmentShaderSource:Nn(this.FRAGMENT_SHADER_SOURCE)}})),!this.hasNothingToRender()){this.renderOffset=e??0,this.renderCount=r??-1;var o=this.normalProgram.gl;if(o.bindFramebuffer(o.FRAMEBUFFER,null),o.viewport(0,0,t.width*t.pixelRatio,t.height*t.pixelRatio),this.bindProgram(this.normalProgram),this.renderProgram(t,this.normalProgram),this.unbindProgram(this.normalProgram),this.pickProgram&&t.pickingFrameBuffer){var s=Math.ceil(t.width*t.pixelRatio/t.downSizingRatio),l=Math.ceil(t.height*t.pixelRatio/t.downSizingRatio);o.bindFramebuffer(o.FRAMEBUFFER,t.pickingFrameBuffer),o.viewport(0,0,s,l),this.bindProgram(this.pickProgram),this.renderProgram(t,this.pickProgram),this.unbindProgram(this.pickProgram),o.bindFramebuffer(o.FRAMEBUFFER,null),o.viewport(0,0,t.width*t.pixelRatio,t.height*t.pixelRatio)}}}},{key:"drawWebGL",value:function(t,e){var r,i=e.gl,o=this.renderCount>=0?this.renderCount:this.capacity;(r=this.renderer)!==null&&r!==void 0&&r.getSetting("DEBUG_logRenderStats")&&(this.debugStats.drawCalls++,this.debugStats.verticesDrawn+=o*this.VERTICES),this.isInstanced?i.drawArraysInstanced(t,0,this.VERTICES,o):i.drawArrays(t,this.renderOffset*this.VERTICES,o*this.VERTICES)}}])})(),We=2,Ht=7,Xi={below:0,above:1,left:2,right:3};function su(){var a=`#version 300 es
precision highp float;

uniform mat3 u_matrix;
uniform vec2 u_resolution;
uniform float u_labelPixelSnapping;
uniform float u_sizeRatio;
uniform float u_correctionRatio;
uniform float u_cameraAngle;
uniform float u_pixelRatio;
uniform float u_labelMargin;
uniform float u_zoomLabelSizeRatio;

uniform sampler2D u_nodeDataTexture;
uniform int u_nodeDataTextureWidth;
uniform sampler2D u_nodeFrameTexture;
uniform int u_nodeFrameTextureWidth;

// Atlas size is fixed at 2048\xD72048 \u2014 matches AttachmentManager.ATLAS_SIZE.
uniform sampler2D u_atlasTexture;
const vec2 u_atlasSize = vec2(2048.0);

// Per-instance
in float a_nodeIndex;           // node-data texture index
in vec4 a_atlasRect;            // x, y, width, height in atlas pixels
in vec2 a_attachmentSize;       // attachment dimensions (CSS px)
in float a_positionMode;        // label position: 0=right 1=left 2=above 3=below 4=over
in float a_attachmentPlacement; // 0=below 1=above 2=left 3=right (relative to label)
in float a_labelWidth;          // label width (CSS px)
in float a_labelHeight;         // label height: font line box (CSS px)
in float a_textHeight;          // actual glyph height (CSS px)
in float a_labelAngle;          // label rotation angle (radians)

// Per-vertex (constant)
in vec2 a_quadCorner;           // [-1,-1], [1,-1], [-1,1], [1,1]

out vec2 v_texCoord;

`.concat(Fe,`
`).concat(qe,`
`).concat(yt,`
`).concat($i,`
`).concat(Yd,`

void main() {
  int nodeIdx = int(a_nodeIndex);

  // Node data: (x, y, size, shapeId).
  vec4 nodeData = readNodeData(u_nodeDataTexture, u_nodeDataTextureWidth, nodeIdx);
  vec2 nodePos = nodeData.xy;
  float nodeSize = nodeData.z;

  // Normalized edge distance from the shared frame texture (the frame-pass ran
  // the SDF search once; we just read the result).
  float edgeDist = readFrameTexel(u_nodeFrameTexture, u_nodeFrameTextureWidth, nodeIdx).r;

  // Per-node label rotation alignment: 0 = viewport, 1 = label turns with camera.
  float labelRotation = readNodeFlags(u_nodeDataTexture, u_nodeDataTextureWidth, nodeIdx).g;

  vec3 nodeClip = u_matrix * vec3(nodePos, 1.0);

  // Node radius in physical pixels (matches label/background).
  float matrixScaleX = length(vec2(u_matrix[0][0], u_matrix[1][0]));
  float nodeRadiusGraphSpace = nodeSize * u_correctionRatio / u_sizeRatio * 2.0;
  float nodeRadiusPixels = nodeRadiusGraphSpace * matrixScaleX * u_resolution.x / 2.0;

  // CSS-px inputs -> physical px, scaled by the zoom-dependent label ratio, so
  // the attachment stays glued to the label box exactly as the label scales.
  float zoomScale = u_zoomLabelSizeRatio;
  vec2 labelHalf = vec2(a_labelWidth, a_labelHeight) * 0.5 * zoomScale * u_pixelRatio;
  vec2 attachHalf = a_attachmentSize * 0.5 * zoomScale * u_pixelRatio;
  float gap = `).concat(We.toFixed(1),` * zoomScale * u_pixelRatio;
  float labelMargin = u_labelMargin * zoomScale * u_pixelRatio;

  // Graph-aligned labels add the camera angle so the attachment orbits with the box.
  mat2 labelRotMat = rotate2D(a_labelAngle - labelRotation * u_cameraAngle);

  // Label box center relative to the node center (pre-rotation). The shape-aware
  // edge distance comes from the frame texture, so placement matches the label.
  vec2 boxCenter = vec2(0.0);
  if (a_positionMode < 4.0) {
    float labelStart = nodeRadiusPixels * edgeDist + labelMargin;
    float textHalf = a_textHeight * 0.5 * zoomScale * u_pixelRatio;
    boxCenter = labelBoxCenter(a_positionMode, labelStart, labelHalf, textHalf);
  }

  // Horizontal anchor of below/above attachments tracks the label position, so
  // the attachment hangs from the label edge nearest the node (or is centered
  // when the label itself is node-centered): right->left, left->right, else center.
  float anchorX = 0.0;
  if (a_positionMode < 0.5) anchorX = -labelHalf.x + attachHalf.x;       // right label
  else if (a_positionMode < 1.5) anchorX = labelHalf.x - attachHalf.x;   // left label

  // Attachment center relative to the box (pre-rotation, Y-down). This offset
  // depends only on the box, the gap and the attachment size \u2014 never the shape.
  vec2 attachCenter;
  if (a_attachmentPlacement < 0.5) {
    // below
    attachCenter = boxCenter + vec2(anchorX, labelHalf.y + gap + attachHalf.y);
  } else if (a_attachmentPlacement < 1.5) {
    // above
    attachCenter = boxCenter + vec2(anchorX, -(labelHalf.y + gap + attachHalf.y));
  } else if (a_attachmentPlacement < 2.5) {
    // left, top-aligned
    attachCenter = boxCenter + vec2(-(labelHalf.x + gap + attachHalf.x), -labelHalf.y + attachHalf.y);
  } else {
    // right, top-aligned
    attachCenter = boxCenter + vec2(labelHalf.x + gap + attachHalf.x, -labelHalf.y + attachHalf.y);
  }

  // Rotate the whole assembly by the label angle, around the node center.
  vec2 rotatedCenter = labelRotMat * attachCenter;
  vec2 cornerOffset = labelRotMat * (a_quadCorner * attachHalf);

  // Node center in screen px (Y-down).
  vec2 nodeScreen = vec2(
    (nodeClip.x + 1.0) * u_resolution.x,
    (1.0 - nodeClip.y) * u_resolution.y
  ) * 0.5;

  // Snap node center to the pixel grid so label/backdrop/attachment move as one.
  vec2 snapDelta = (round(nodeScreen) - nodeScreen) * u_labelPixelSnapping;

  // Snap the quad's top-left to integer pixels so atlas texels map 1:1.
  vec2 centerScreen = nodeScreen + rotatedCenter + snapDelta;
  vec2 topLeft = centerScreen - attachHalf;
  topLeft = mix(topLeft, round(topLeft), u_labelPixelSnapping);
  centerScreen = topLeft + attachHalf;

  vec2 vertexScreen = centerScreen + cornerOffset;
  gl_Position = vec4(
    vertexScreen.x * 2.0 / u_resolution.x - 1.0,
    1.0 - vertexScreen.y * 2.0 / u_resolution.y,
    0.0, 1.0
  );

  vec2 texOrigin = a_atlasRect.xy / u_atlasSize;
  vec2 texSize = a_atlasRect.zw / u_atlasSize;
  vec2 uv = (a_quadCorner + 1.0) / 2.0;
  v_texCoord = texOrigin + uv * texSize;
}
`);return a}var lu=`#version 300 es
precision highp float;

uniform sampler2D u_atlasTexture;

in vec2 v_texCoord;

layout(location = 0) out vec4 fragColor;
#ifdef PICKING_MODE
layout(location = 1) out vec4 pickColor;
#endif

void main() {
  // Canvas textures are premultiplied; output directly for (ONE, 1-SRC_ALPHA) blending
  vec4 color = texture(u_atlasTexture, v_texCoord);
  if (color.a < 0.01) discard;
  fragColor = color;
#ifdef PICKING_MODE
  pickColor = vec4(0.0); // Attachments are not pickable
#endif
}
`;function du(a,n,t,e){var r,i,o=e.label,s=o===void 0?{}:o,l=(r=s.margin)!==null&&r!==void 0?r:bt,d=(i=s.zoomToLabelSizeRatioFunction)!==null&&i!==void 0?i:function(){return 1},u=su(),c=lu,f=(function(h){function g(){var p;K(this,g);for(var m=arguments.length,v=new Array(m),b=0;b<m;b++)v[b]=arguments[b];return p=ae(this,g,[].concat(v)),S(p,"totalCount",0),S(p,"bufferCapacity",0),p}return re(g,h),Z(g,[{key:"getDefinition",value:function(){var m=WebGL2RenderingContext,v=m.FLOAT,b=m.TRIANGLE_STRIP;return{VERTICES:4,VERTEX_SHADER_SOURCE:u,FRAGMENT_SHADER_SOURCE:c,METHOD:b,UNIFORMS:["u_matrix","u_resolution","u_labelPixelSnapping","u_sizeRatio","u_correctionRatio","u_cameraAngle","u_pixelRatio","u_labelMargin","u_zoomLabelSizeRatio","u_nodeDataTexture","u_nodeDataTextureWidth","u_nodeFrameTexture","u_nodeFrameTextureWidth","u_atlasTexture"],ATTRIBUTES:[{name:"a_nodeIndex",size:1,type:v},{name:"a_atlasRect",size:4,type:v},{name:"a_attachmentSize",size:2,type:v},{name:"a_positionMode",size:1,type:v},{name:"a_attachmentPlacement",size:1,type:v},{name:"a_labelWidth",size:1,type:v},{name:"a_labelHeight",size:1,type:v},{name:"a_textHeight",size:1,type:v},{name:"a_labelAngle",size:1,type:v}],CONSTANT_ATTRIBUTES:[{name:"a_quadCorner",size:2,type:v}],CONSTANT_DATA:[[-1,-1],[1,-1],[-1,1],[1,1]]}}},{key:"processAttachment",value:function(m,v){var b=this.floats,y=m*this.STRIDE;b[y++]=v.nodeIndex,b[y++]=v.atlasX,b[y++]=v.atlasY,b[y++]=v.atlasW,b[y++]=v.atlasH,b[y++]=v.attachWidth,b[y++]=v.attachHeight,b[y++]=v.positionMode,b[y++]=v.attachmentPlacement,b[y++]=v.labelWidth,b[y++]=v.labelHeight,b[y++]=v.textHeight,b[y++]=v.labelAngle}},{key:"setUniforms",value:function(m,v){var b=v.gl,y=v.uniformLocations;b.uniformMatrix3fv(y.u_matrix,!1,m.matrix),b.uniform2f(y.u_resolution,m.width*m.pixelRatio,m.height*m.pixelRatio),b.uniform1f(y.u_labelPixelSnapping,m.labelPixelSnapping),b.uniform1f(y.u_sizeRatio,m.sizeRatio),b.uniform1f(y.u_correctionRatio,m.correctionRatio),b.uniform1f(y.u_cameraAngle,m.cameraAngle),b.uniform1f(y.u_pixelRatio,m.pixelRatio),b.uniform1f(y.u_labelMargin,g.labelMargin),b.uniform1f(y.u_zoomLabelSizeRatio,1/d(m.zoomRatio)),b.uniform1i(y.u_nodeDataTexture,m.nodeDataTextureUnit),b.uniform1i(y.u_nodeDataTextureWidth,m.nodeDataTextureWidth),b.uniform1i(y.u_nodeFrameTexture,m.nodeFrameTextureUnit),b.uniform1i(y.u_nodeFrameTextureWidth,m.nodeFrameTextureWidth),b.uniform1i(y.u_atlasTexture,Ht)}},{key:"reallocateAttachments",value:function(m){this.totalCount=m,m>this.bufferCapacity&&(this.bufferCapacity=Math.max(m,Math.ceil(this.bufferCapacity*1.5)||10),se(g,"reallocate",this,3)([this.bufferCapacity]))}},{key:"hasNothingToRender",value:function(){return this.totalCount===0}},{key:"drawWebGL",value:function(m,v){var b=v.gl;this.totalCount!==0&&b.drawArraysInstanced(m,0,this.VERTICES,this.totalCount)}}])})(Ye);return S(f,"labelMargin",l),new f(a,n,t)}var Oe=5;function Vn(a,n){return[].concat(V(n),V(a.map(function(t){var e;return{attributes:(e=t.attributes)!==null&&e!==void 0?e:[]}})))}function xt(a,n){var t=xe(Vn(a,n)),e=new Set(a.flatMap(function(d){var u;return(u=d.attributes)!==null&&u!==void 0?u:[]}).map(function(d){return d.name.replace(/^a_/,"")})),r={},i={},o=O(e),s;try{for(o.s();!(s=o.n()).done;){var l=s.value;r[l]=t.offsets[l],i[l]=t.specs[l]}}catch(d){o.e(d)}finally{o.f()}return B(B({},t),{},{offsets:r,specs:i})}function uu(a,n){var t=new Set(["u_matrix","u_sizeRatio","u_correctionRatio","u_cameraAngle","u_pickingPadding","u_nodeDataTexture","u_layerAttributeTexture"]),e=new Set,r=a.flatMap(function(h){return h.uniforms}).filter(function(h){return t.has(h.name)||e.has(h.name)?!1:(e.add(h.name),!0)}).map(function(h){return"uniform ".concat(h.type," ").concat(h.name,";")}).join(`
`),i=n.flatMap(function(h){return h.uniforms}).filter(function(h){return t.has(h.name)||e.has(h.name)?!1:(e.add(h.name),!0)}).map(function(h){return"uniform ".concat(h.type," ").concat(h.name,";")}).join(`
`),o=Vn(a,n),s=new Set,l=o.flatMap(function(h){return h.attributes}).filter(function(h){var g=h.name.replace(/^a_/,"");return s.has(g)?!1:(s.add(g),!0)}).map(function(h){var g=h.name.replace(/^a_/,""),p=h.size===1?"float":"vec".concat(h.size);return"out ".concat(p," v_").concat(g,";")}).join(`
`),d=vt(xe(o),{varPrefix:"layer",baseTexelExpr:"nodeIdx * u_layerAttributeTexelsPerNode",textureWidthUniform:"u_layerAttributeTextureWidth",textureSamplerUniform:"u_layerAttributeTexture"}),u=d.fetchCode,c=d.varyingAssignments,f=`#version 300 es

// Standard node attributes (per instance) - minimal buffer usage
in float a_nodeIndex;  // Index into node data texture AND layer attribute texture
in vec4 a_id;          // Node ID for picking
in float a_opacity;    // Node opacity, applied once to the final fragment

// Constant attributes (per vertex, same for all instances)
in vec2 a_quadCorner;  // (-1,-1), (1,-1), (1,1), (-1,1) for quad corners

// Standard uniforms
uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_correctionRatio;
uniform float u_cameraAngle;
#ifdef PICKING_MODE
uniform float u_pickingPadding;
#endif
uniform sampler2D u_nodeDataTexture;
uniform int u_nodeDataTextureWidth;

// Layer attribute texture uniforms
uniform sampler2D u_layerAttributeTexture;
uniform int u_layerAttributeTextureWidth;
uniform int u_layerAttributeTexelsPerNode;

`.concat(r,`
`).concat(i,`

// Standard varyings
out vec2 v_uv;                    // Normalized coordinates [-1, 1]
out vec4 v_id;
out float v_opacity;
out float v_antialiasingWidth;    // Width for antialiasing in UV space
out float v_pixelSize;            // Node size in pixels (for pixel-mode borders)
out float v_pixelToUV;            // Conversion factor: multiply by this to convert screen pixels to UV units
out float v_shapeId;              // Shape ID for multi-shape programs

// Layer varyings
`).concat(l,`

// Node-data fetch helpers (geometry texel + rotation-flags texel)
`).concat(Fe,`
`).concat(qe,`

void main() {
  // Fetch node geometry: vec4(x, y, size, shapeId).
  int nodeIdx = int(a_nodeIndex);

  // Hidden nodes are flagged with a negative row by NodeProgram.process(). Push
  // the whole quad outside the clip volume: every vertex lands at the same
  // out-of-range position, so the primitive is fully clipped and rasterizes
  // nothing \u2014 neither to the frame buffer nor to the picking buffer.
  if (nodeIdx < 0) {
    gl_Position = vec4(2.0, 0.0, 0.0, 1.0);
    v_id = vec4(0.0);
    return;
  }

  vec4 nodeData = readNodeData(u_nodeDataTexture, u_nodeDataTextureWidth, nodeIdx);
  vec2 a_position = nodeData.xy;
  float a_size = nodeData.z;
  v_shapeId = nodeData.w;  // Pass shape ID to fragment shader

  // Per-node rotation alignment: 0 = viewport (screen-upright), 1 = graph.
  float nodeRotation = readNodeFlags(u_nodeDataTexture, u_nodeDataTextureWidth, nodeIdx).r;

`).concat(u,`

  // Calculate the actual size in pixels
  float size = a_size * u_correctionRatio / u_sizeRatio * 2.0;

  // In PICKING_MODE, inflate the quad by nodePickingPadding pixels on each side
  #ifdef PICKING_MODE
    float paddedSize = size + u_pickingPadding * u_correctionRatio;
    vec2 offset = a_quadCorner * paddedSize;
  #else
    vec2 offset = a_quadCorner * size;
  #endif
  // Counter-rotate the quad offset so viewport-aligned nodes stay upright as the
  // camera turns. Graph-aligned nodes (nodeRotation=1) skip it and turn with the
  // camera. The angle scales by (1 - nodeRotation) so both fall out of one path.
  {
    float ca = u_cameraAngle * (1.0 - nodeRotation);
    float c = cos(ca);
    float s = sin(ca);
    offset = mat2(c, s, -s, c) * offset;
  }
  vec2 position = a_position + offset;

  gl_Position = vec4(
    (u_matrix * vec3(position, 1)).xy,
    0,
    1
  );

  // In PICKING_MODE, UV is scaled beyond [-1, 1] to match the inflated quad
  #ifdef PICKING_MODE
    v_uv = a_quadCorner * (paddedSize / size);
  #else
    v_uv = a_quadCorner;
  #endif

  // Pass ID to fragment shader
  v_id = a_id;
  v_opacity = a_opacity;

  // Pass pixel size for layers that need pixel-mode calculations
  // Multiply by 2 because 'size' is half-width (offset from center), not full diameter
  v_pixelSize = size * 2.0;

  // Conversion factor from screen pixels to UV units
  // Same derivation as v_antialiasingWidth which represents ~1 pixel in UV space
  // P pixels in UV space = P * u_correctionRatio / size
  v_pixelToUV = u_correctionRatio / size;

  // We use an antialiasing width of 1px (so v_pixelToUV)
  v_antialiasingWidth = v_pixelToUV;

  // Pass layer attributes to fragment shader (fetched from texture)
`).concat(c,`
}
`);return f}function cu(a,n,t){var e=arguments.length>3&&arguments[3]!==void 0?arguments[3]:!0,r=n.map(function(g,p){var m="layer_".concat(g.name),v=[].concat(V(g.attributes.map(function(b){return"v_".concat(b.name.replace(/^a_/,""))})),V(g.uniforms.map(function(b){return b.name}))).join(", ");return"  // Layer ".concat(p+1,": ").concat(g.name,`
  color = blendOver(color, `).concat(m,"(").concat(v,"));")}).join(`

`),i=new Set(["u_correctionRatio"]),o=new Set,s=a.flatMap(function(g){return g.uniforms}).filter(function(g){return i.has(g.name)||o.has(g.name)?!1:(o.add(g.name),!0)}).map(function(g){return"uniform ".concat(g.type," ").concat(g.name,";")}).join(`
`),l=n.flatMap(function(g){return g.uniforms}).filter(function(g){return i.has(g.name)||o.has(g.name)?!1:(o.add(g.name),!0)}).map(function(g){return"uniform ".concat(g.type," ").concat(g.name,";")}).join(`
`),d=new Set,u=Vn(a,n).flatMap(function(g){return g.attributes}).filter(function(g){var p=g.name.replace(/^a_/,"");return d.has(p)?!1:(d.add(p),!0)}).map(function(g){var p=g.name.replace(/^a_/,""),m=g.size===1?"float":"vec".concat(g.size);return"in ".concat(m," v_").concat(p,";")}).join(`
`),c=Ma(a),f=qd(a,t),h=`#version 300 es
precision highp float;

// Standard varyings
in vec2 v_uv;
in vec4 v_id;
in float v_opacity;
in float v_antialiasingWidth;
in float v_pixelSize;
in float v_pixelToUV;
in float v_shapeId;  // Shape ID for multi-shape programs

// Standard uniforms (needed for some layer calculations like pixel-mode borders)
uniform float u_correctionRatio;
#ifdef PICKING_MODE
uniform float u_pickingPadding;
#endif

// Shape uniforms
`.concat(s,`

// Layer uniforms
`).concat(l,`

// Layer varyings
`).concat(u,`

// Fragment output (single target - picking handled via separate pass)
out vec4 fragColor;

// LayerContext struct - provides rendering context to all layers
struct LayerContext {
  float sdf;             // Signed distance from shape boundary (negative inside)
  vec2 uv;               // UV coordinates [-1, 1], center at (0,0)
  float shapeSize;       // Effective shape size (~diameter) in UV space (1.0 - aaWidth)
  float shapeHalfSize;   // Effective shape half size (~radius) in UV space
  float pixelSize;       // Node full size (~diameter) in screen pixels
  float aaWidth;         // Anti-aliasing width for smooth transitions
  float correctionRatio; // Scaling factor for consistent rendering across zoom levels
  float pixelToUV;       // Conversion factor: multiply screen pixels by this to get UV units
  float inradiusFactor;  // Ratio of inradius to circumradius (shape depth factor)
};

LayerContext context;  // Global instance, populated before layer calls

// Alpha "over" compositing for layer blending
vec4 blendOver(vec4 bg, vec4 fg) {
  float a = fg.a;
  return vec4(mix(bg.rgb, fg.rgb, a), bg.a + a * (1.0 - bg.a));
}

// SDF shape functions
`).concat(c,`

// Shape selector function (sets context.sdf and context.inradiusFactor)
`).concat(f,`

// Layer functions
`).concat(n.map(function(g){return g.glsl}).join(`

`),`

void main() {
  // 1. Setup LayerContext (available to all layer functions)
  context.shapeSize = 1.0 - v_antialiasingWidth;
  context.shapeHalfSize = context.shapeSize * 0.5;
  context.pixelSize = v_pixelSize;
  context.uv = v_uv;
  context.aaWidth = v_antialiasingWidth;
  context.correctionRatio = u_correctionRatio;
  context.pixelToUV = v_pixelToUV;

  // Query shape SDF based on shapeId (sets context.sdf and context.inradiusFactor)
  queryNodeSDF(int(v_shapeId), v_uv, context.shapeSize);

  // 2. Early discard for pixels fully outside the shape (with AA margin)
  // In PICKING_MODE, allow extra fragments up to the picking padding distance
  #ifdef PICKING_MODE
    if (context.sdf > u_pickingPadding * v_pixelToUV + context.aaWidth) discard;
  #else
    if (context.sdf > context.aaWidth) discard;
  #endif

  // 3. Apply layers sequentially with "over" compositing
  vec4 color = vec4(0.0);

`).concat(r,`

  #ifdef PICKING_MODE
    // Picking pass: output node ID for pixels within the picking area.
    if (context.sdf > u_pickingPadding * v_pixelToUV) discard;
    fragColor = v_id;
  #else
`).concat(e?`    // Visual pass: apply antialiasing at shape boundary, node opacity once
    // smoothstep provides smooth transition from opaque to transparent
    float alpha = smoothstep(context.aaWidth, -context.aaWidth, context.sdf) * v_opacity;`:`    // Visual pass: hard-edged (no anti-aliasing gradient) shape boundary, node opacity applied once
    float alpha = (context.sdf < 0.0 ? 1.0 : 0.0) * v_opacity;`,`
    // Mix with transparent to fade both color AND alpha together (avoids bright halo)
    fragColor = mix(vec4(0.0), color, alpha);
  #endif
}
`);return h}function hu(a,n){var t=new Set;return t.add("u_matrix"),t.add("u_sizeRatio"),t.add("u_correctionRatio"),t.add("u_cameraAngle"),t.add("u_pickingPadding"),t.add("u_nodeDataTexture"),t.add("u_nodeDataTextureWidth"),t.add("u_layerAttributeTexture"),t.add("u_layerAttributeTextureWidth"),t.add("u_layerAttributeTexelsPerNode"),a.forEach(function(e){e.uniforms.forEach(function(r){return t.add(r.name)})}),n.forEach(function(e){e.uniforms.forEach(function(r){return t.add(r.name)})}),Array.from(t)}function fu(a){var n=WebGL2RenderingContext,t=n.UNSIGNED_BYTE,e=n.FLOAT;return[{name:"a_nodeIndex",size:1,type:e},{name:"a_id",size:4,type:t,normalized:!0},{name:"a_opacity",size:1,type:e}]}function Ci(a){var n=a.shapes,t=a.layers,e=a.shapeGlobalIds,r=a.antialias,i=r===void 0?!0:r;return{vertexShader:uu(n,t),fragmentShader:cu(n,t,e,i),uniforms:hu(n,t),attributes:fu()}}function ji(a,n,t){var e=xt(a,n),r=e.specs;return Object.keys(r).map(function(i){return"flat ".concat(t," ").concat(r[i].size===1?"float":"vec".concat(r[i].size)," v_").concat(i,";")}).join(`
`)}function gu(a){var n,t,e=a.shapes,r=a.layers,i=a.shapeGlobalIds,o=vt(xt(e,r),{varPrefix:"nodeAttr",baseTexelExpr:"nodeIdx * u_layerAttributeTexelsPerNode",textureWidthUniform:"u_layerAttributeTextureWidth",textureSamplerUniform:"u_layerAttributeTexture"}),s=e.length===1?"float inradiusFactor = ".concat(ie((n=e[0].inradiusFactor)!==null&&n!==void 0?n:1),";"):"float inradiusFactor = ".concat(ie((t=e[0].inradiusFactor)!==null&&t!==void 0?t:1),`;
  switch (int(shapeId)) {
`).concat(e.map(function(d,u){var c,f=i?i[u]:u;return"    case ".concat(f,": inradiusFactor = ").concat(ie((c=d.inradiusFactor)!==null&&c!==void 0?c:1),"; break;")}).join(`
`),`
    default: break;
  }`),l=`#version 300 es

in float a_nodeIndex;
in float a_labelWidth;
in float a_labelHeight;
in float a_textHeight;
in float a_positionMode;
in float a_labelAngle;
in vec4 a_backdropColor;
in vec4 a_backdropShadowColor;
in float a_backdropShadowBlur;
in float a_backdropPadding;
in vec4 a_backdropBorderColor;
in vec4 a_backdropExtra; // [borderWidth, cornerRadius, labelPadding, area]
in vec2 a_labelBoxOffset;
in vec2 a_quadCorner;

uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_correctionRatio;
uniform float u_cameraAngle;
uniform vec2 u_resolution;
uniform float u_pixelRatio;
uniform float u_labelMargin;
uniform float u_zoomLabelSizeRatio;
uniform float u_labelPixelSnapping;
uniform sampler2D u_nodeDataTexture;
uniform int u_nodeDataTextureWidth;
uniform sampler2D u_nodeFrameTexture;
uniform int u_nodeFrameTextureWidth;
uniform sampler2D u_layerAttributeTexture;
uniform int u_layerAttributeTextureWidth;
uniform int u_layerAttributeTexelsPerNode;

out vec2 v_uv;
out vec2 v_nodeCenter;
out float v_nodeRadius;
out vec2 v_labelCenter;
out vec2 v_labelHalfSize;
out float v_aaWidth;
out float v_shapeId;
out float v_nodeRotation;
out float v_labelAngle;
out vec4 v_backdropColor;
out vec4 v_backdropShadowColor;
out float v_backdropShadowBlur;
out float v_backdropPadding;
out vec4 v_backdropBorderColor;
out float v_backdropBorderWidth;
out float v_backdropCornerRadius;
out float v_backdropArea;
`.concat(ji(e,r,"out"),`

`).concat(Fe,`
`).concat(qe,`
`).concat(yt,`

void main() {
  int nodeIdx = int(a_nodeIndex);
`).concat(o.fetchCode,`
`).concat(o.varyingAssignments,`

  // Node data: (x, y, size, shapeId). shapeId (global) is forwarded to the
  // fragment shader, which keeps the shape SDF for the outline.
  vec4 nodeData = readNodeData(u_nodeDataTexture, u_nodeDataTextureWidth, nodeIdx);
  vec2 nodePosition = nodeData.xy;
  float nodeSize = nodeData.z;
  float shapeId = nodeData.w;

  // Per-node rotation alignment (0 = viewport, 1 = graph). nodeRotation drives
  // the fragment's shape outline; labelRotation turns the label box with camera.
  vec4 nodeFlags = readNodeFlags(u_nodeDataTexture, u_nodeDataTextureWidth, nodeIdx);
  float nodeRotation = nodeFlags.r;
  float labelRotation = nodeFlags.g;
  v_nodeRotation = nodeRotation;

  `).concat(Ui,`
  // CSS pixel attributes are multiplied by u_pixelRatio to match nodeRadiusPixels,
  // which is already in physical pixels (nodeRadiusNDC * u_resolution.x / 2.0).
  float padding = a_backdropPadding * u_pixelRatio;
  float shadowBlur = a_backdropShadowBlur * u_pixelRatio;
  // Unpack a_backdropExtra: [borderWidth, cornerRadius, labelPadding, area]
  float borderWidth = a_backdropExtra.x * u_pixelRatio;
  float cornerRadius = a_backdropExtra.y * u_pixelRatio;
  float labelPad = a_backdropExtra.z * u_pixelRatio;
  float backdropArea = a_backdropExtra.w;
  // Use 2x shadowBlur so the Gaussian fully decays before the quad edge
  float totalExpansion = shadowBlur * 2.0 + borderWidth;
  float enlargedRadius = nodeRadiusPixels + padding;

  // Circumscribed radius for the quad bounds. Non-circular shapes reach past
  // their inradius out to their circumradius (= enlargedRadius / inradiusFactor),
  // in any direction once rotated. The axis-aligned quad must contain that, or
  // the fill/shadow gets clipped (square corners, triangle tip, etc.).
  `).concat(s,`
  float boundRadius = enlargedRadius / inradiusFactor;

  // Apply zoom-dependent label size scaling
  float zoomScale = u_zoomLabelSizeRatio;
  float labelW = a_labelWidth * zoomScale * u_pixelRatio;
  float labelH = a_labelHeight * zoomScale * u_pixelRatio;
  float labelMargin = u_labelMargin * zoomScale * u_pixelRatio;

  // Only apply labelPad when a label is actually present
  float effectiveLabelPad = labelW > 0.0 ? labelPad : 0.0;
  vec2 labelHalfSize = vec2(labelW * 0.5 + effectiveLabelPad, labelH * 0.5 + effectiveLabelPad);
  vec2 labelOffset = vec2(0.0);

  // Effective label angle: intrinsic angle plus the camera angle when the label
  // is graph-aligned, so the box orbits the node in lockstep with the frame-pass.
  float labelAngle = a_labelAngle - labelRotation * u_cameraAngle;
  float la_c = cos(labelAngle);
  float la_s = sin(labelAngle);
  mat2 labelRotMat = mat2(la_c, -la_s, la_s, la_c);

  vec3 nodeClip = u_matrix * vec3(nodePosition, 1.0);
  vec2 snapDelta = vec2(0.0);

  if (labelW > 0.0) {
    // labelW > 0.0 means this node's label is displayed, so the frame-pass wrote
    // its edge distance this frame.
    float edgeDistPixels = nodeRadiusPixels * readFrameTexel(u_nodeFrameTexture, u_nodeFrameTextureWidth, nodeIdx).r;
    // labelMargin matches the label shader's margin (gap from node edge to text)
    float labelStart = edgeDistPixels + labelMargin;
    // Above/below center on the actual glyph height, not the font line box, so
    // the box stays aligned with the rendered text (matches labelBoxCenter()).
    float textHalf = a_textHeight * zoomScale * u_pixelRatio * 0.5;

    // Snap node center to pixel grid so label/backdrop/attachment move as a unit
    vec2 nodeScreen = vec2(
      (nodeClip.x + 1.0) * u_resolution.x,
      (1.0 - nodeClip.y) * u_resolution.y
    ) * 0.5;
    snapDelta = (round(nodeScreen) - nodeScreen) * u_labelPixelSnapping;

    if (a_positionMode < 0.5) {
      // Right: box spans from node center to text end + padding
      float boxRightEdge = labelStart + labelW + labelPad;
      labelOffset = vec2(boxRightEdge * 0.5, 0.0);
      labelHalfSize.x = boxRightEdge * 0.5;
    } else if (a_positionMode < 1.5) {
      // Left: mirror of right
      float boxLeftEdge = labelStart + labelW + labelPad;
      labelOffset = vec2(-boxLeftEdge * 0.5, 0.0);
      labelHalfSize.x = boxLeftEdge * 0.5;
    } else if (a_positionMode < 2.5) {
      // Above: text bottom at labelStart, centered horizontally
      labelOffset = vec2(0.0, -(labelStart + textHalf));
    } else if (a_positionMode < 3.5) {
      // Below: text top at labelStart, centered horizontally
      labelOffset = vec2(0.0, labelStart + textHalf);
    }
    // over (>=4): labelOffset stays (0,0) \u2014 text centered on the node.

    // The attachment-cover shift is in label space (like the attachment itself),
    // so rotate it together with the position offset \u2014 otherwise the box drifts
    // off the attachment as the label angle grows.
    labelOffset = labelRotMat * (labelOffset + a_labelBoxOffset * zoomScale * u_pixelRatio);
  }

  // For node-only mode, zero out label dimensions
  if (backdropArea > 0.5 && backdropArea < 1.5) {
    labelHalfSize = vec2(0.0);
    labelOffset = vec2(0.0);
  }

  vec2 minBound, maxBound;

  bool hasLabelBounds = labelW > 0.0 && (backdropArea > 1.5 || backdropArea < 0.5);

  if (hasLabelBounds) {
    // Union with label bounds (area=both) or label-only bounds (area=label)
    vec2 labelMin, labelMax;

    if (a_labelAngle != 0.0) {
      vec2 corner1 = labelOffset + labelRotMat * vec2(-labelHalfSize.x, -labelHalfSize.y);
      vec2 corner2 = labelOffset + labelRotMat * vec2(labelHalfSize.x, -labelHalfSize.y);
      vec2 corner3 = labelOffset + labelRotMat * vec2(labelHalfSize.x, labelHalfSize.y);
      vec2 corner4 = labelOffset + labelRotMat * vec2(-labelHalfSize.x, labelHalfSize.y);
      labelMin = min(min(corner1, corner2), min(corner3, corner4));
      labelMax = max(max(corner1, corner2), max(corner3, corner4));
    } else {
      labelMin = labelOffset - labelHalfSize;
      labelMax = labelOffset + labelHalfSize;
    }

    if (backdropArea > 1.5) {
      // Label-only: bounds from label rect only
      minBound = labelMin - totalExpansion;
      maxBound = labelMax + totalExpansion;
    } else {
      // Both: union of node + label
      minBound = min(-vec2(boundRadius), labelMin) - totalExpansion;
      maxBound = max(vec2(boundRadius), labelMax) + totalExpansion;
    }
  } else {
    // Node-only or no visible label
    float totalRadius = boundRadius + totalExpansion;
    minBound = -vec2(totalRadius);
    maxBound = vec2(totalRadius);
  }

  vec2 quadSize = maxBound - minBound;
  vec2 quadCenter = (minBound + maxBound) * 0.5;

  vec2 localPos = quadCenter + a_quadCorner * quadSize * 0.5 + snapDelta;
  vec2 ndcOffset = localPos * 2.0 / u_resolution;
  ndcOffset.y = -ndcOffset.y;

  gl_Position = vec4(nodeClip.xy + ndcOffset, 0.0, 1.0);

  v_uv = localPos;
  v_nodeCenter = vec2(0.0);
  v_nodeRadius = nodeRadiusPixels;
  v_labelCenter = labelOffset;
  v_labelHalfSize = labelHalfSize;
  v_aaWidth = 1.0;
  v_shapeId = shapeId;
  v_labelAngle = labelAngle;
  v_backdropColor = a_backdropColor;
  v_backdropShadowColor = a_backdropShadowColor;
  v_backdropShadowBlur = a_backdropShadowBlur;
  v_backdropPadding = a_backdropPadding;
  v_backdropBorderColor = a_backdropBorderColor;
  v_backdropBorderWidth = borderWidth;
  v_backdropCornerRadius = cornerRadius;
  v_backdropArea = backdropArea;
}
`);return l}function pu(a){var n=a.shapes,t=a.layers,e=a.shapeGlobalIds,r=Ma(n),i=Ut(n).map(function(f){return"uniform ".concat(f.type," ").concat(f.name,";")}).join(`
`),o=function(h){return Bn(h,"nodeUV","1.0")},s;if(n.length===1)s="float nodeSdfNormalized = ".concat(o(n[0]),";");else{var l=n.map(function(f,h){var g=e?e[h]:h;return"    case ".concat(g,": nodeSdfNormalized = ").concat(o(f),"; break;")}).join(`
`),d=o(n[0]);s=`float nodeSdfNormalized;
  int shapeId = int(v_shapeId);
  switch (shapeId) {
`.concat(l,`
    default: nodeSdfNormalized = `).concat(d,`;
  }`)}var u=`float effectiveRadius = max(enlargedRadius - cornerRadius, 0.01);
  float ca = u_cameraAngle * v_nodeRotation;
  float ca_c = cos(ca);
  float ca_s = sin(ca);
  vec2 rotatedScreenUV = mat2(ca_c, -ca_s, ca_s, ca_c) * screenUV;
  vec2 nodeUV = vec2(rotatedScreenUV.x, -rotatedScreenUV.y) / effectiveRadius;`,c=`#version 300 es
precision highp float;

in vec2 v_uv;
in vec2 v_nodeCenter;
in float v_nodeRadius;
in vec2 v_labelCenter;
in vec2 v_labelHalfSize;
in float v_aaWidth;
in float v_shapeId;
in float v_nodeRotation;
in float v_labelAngle;
in vec4 v_backdropColor;
in vec4 v_backdropShadowColor;
in float v_backdropShadowBlur;
in float v_backdropPadding;
in vec4 v_backdropBorderColor;
in float v_backdropBorderWidth;
in float v_backdropCornerRadius;
in float v_backdropArea;
`.concat(ji(n,t,"in"),`

uniform float u_cameraAngle;
`).concat(i,`

layout(location = 0) out vec4 fragColor;
layout(location = 1) out vec4 fragPicking;

`).concat(r,`
`).concat(Kd,`
`).concat(Zd,`
`).concat(Qd,`
`).concat(Jd,`

void main() {
  vec4 backdropColor = v_backdropColor;
  vec4 shadowColor = v_backdropShadowColor;
  float shadowBlur = v_backdropShadowBlur;
  float padding = v_backdropPadding;
  vec4 borderColor = v_backdropBorderColor;
  float borderWidth = v_backdropBorderWidth;
  float cornerRadius = v_backdropCornerRadius;

  float enlargedRadius = v_nodeRadius + padding;
  vec2 screenUV = v_uv - v_nodeCenter;
  `).concat(u,`

  // Query the correct shape SDF based on shapeId
  `).concat(s,`
  float nodeSdfPixels = nodeSdfNormalized * effectiveRadius - cornerRadius;

  // Label SDF with optional corner radius and rotation
  float labelSdfPixels;
  if (v_labelHalfSize.x > 0.0) {
    vec2 labelP = v_uv - v_labelCenter;
    labelSdfPixels = sdfRoundedRotatedBox(labelP, v_labelHalfSize, v_labelAngle, cornerRadius);
  } else {
    labelSdfPixels = 10000.0;
  }

  // Select area: 0=both, 1=node, 2=label
  float combinedSdf;
  if (v_backdropArea > 1.5) {
    combinedSdf = labelSdfPixels;
  } else if (v_backdropArea > 0.5) {
    combinedSdf = nodeSdfPixels;
  } else {
    combinedSdf = min(nodeSdfPixels, labelSdfPixels);
  }

  // Fill + border composite
  float outerEdge = smoothstep(v_aaWidth, -v_aaWidth, combinedSdf);
  vec4 background;
  if (borderWidth > 0.5) {
    float innerEdge = smoothstep(v_aaWidth, -v_aaWidth, combinedSdf + borderWidth);
    float fillAlpha = innerEdge * backdropColor.a;
    vec4 fill = vec4(backdropColor.rgb * fillAlpha, fillAlpha);
    float borderAlpha = (outerEdge - innerEdge) * borderColor.a;
    vec4 border = vec4(borderColor.rgb * borderAlpha, borderAlpha);
    background = fill + border * (1.0 - fill.a);
  } else {
    float fillAlpha = outerEdge * backdropColor.a;
    background = vec4(backdropColor.rgb * fillAlpha, fillAlpha);
  }

  // Gaussian-like shadow falloff (mimics canvas shadowBlur)
  vec4 shadow = vec4(0.0);
  float sigma = shadowBlur / 2.5;
  if (sigma > 0.001) {
    float shadowDist = max(0.0, combinedSdf);
    float shadowAlpha = exp(-(shadowDist * shadowDist) / (2.0 * sigma * sigma)) * shadowColor.a;
    shadow = vec4(shadowColor.rgb * shadowAlpha, shadowAlpha);
  }

  fragColor = background + shadow * (1.0 - background.a);
  fragPicking = vec4(0.0);
}
`);return c}function vu(a){var n=["u_matrix","u_sizeRatio","u_correctionRatio","u_cameraAngle","u_resolution","u_pixelRatio","u_labelMargin","u_zoomLabelSizeRatio","u_labelPixelSnapping","u_nodeDataTexture","u_nodeDataTextureWidth","u_nodeFrameTexture","u_nodeFrameTextureWidth","u_layerAttributeTexture","u_layerAttributeTextureWidth","u_layerAttributeTexelsPerNode"],t=O(Ut(a)),e;try{for(t.s();!(e=t.n()).done;){var r=e.value;n.includes(r.name)||n.push(r.name)}}catch(i){t.e(i)}finally{t.f()}return n}function mu(a){return{vertexShader:gu(a),fragmentShader:pu(a),uniforms:vu(a.shapes)}}function bu(a,n,t,e){var r,i,o=e.label,s=o===void 0?{}:o,l=e.shapes,d=e.layers,u=e.getAttributeTexture,c=e.shapeGlobalIds;if(l.length===0)throw new Error("createBackdropProgram: at least one shape must be provided in 'shapes'");var f=(r=s.margin)!==null&&r!==void 0?r:5,h=(i=s.zoomToLabelSizeRatioFunction)!==null&&i!==void 0?i:function(){return 1},g={shapes:l,layers:d,shapeGlobalIds:c},p=mu(g),m=(function(v){function b(){var y;K(this,b);for(var _=arguments.length,x=new Array(_),T=0;T<_;T++)x[T]=arguments[T];return y=ae(this,b,[].concat(x)),S(y,"totalBackdropCount",0),S(y,"bufferCapacity",0),y}return re(b,v),Z(b,[{key:"getDefinition",value:function(){var _=WebGL2RenderingContext,x=_.FLOAT,T=_.TRIANGLE_STRIP;return{VERTICES:4,VERTEX_SHADER_SOURCE:p.vertexShader,FRAGMENT_SHADER_SOURCE:p.fragmentShader,METHOD:T,UNIFORMS:p.uniforms,ATTRIBUTES:[{name:"a_nodeIndex",size:1,type:x},{name:"a_labelWidth",size:1,type:x},{name:"a_labelHeight",size:1,type:x},{name:"a_textHeight",size:1,type:x},{name:"a_positionMode",size:1,type:x},{name:"a_labelAngle",size:1,type:x},{name:"a_backdropColor",size:4,type:x},{name:"a_backdropShadowColor",size:4,type:x},{name:"a_backdropShadowBlur",size:1,type:x},{name:"a_backdropPadding",size:1,type:x},{name:"a_backdropBorderColor",size:4,type:x},{name:"a_backdropExtra",size:4,type:x},{name:"a_labelBoxOffset",size:2,type:x}],CONSTANT_ATTRIBUTES:[{name:"a_quadCorner",size:2,type:x}],CONSTANT_DATA:[[-1,-1],[1,-1],[-1,1],[1,1]]}}},{key:"processBackdrop",value:function(_,x){var T=this.floats,w=this.STRIDE,E=_*w;T[E++]=x.nodeIndex,T[E++]=x.labelWidth,T[E++]=x.labelHeight,T[E++]=x.textHeight,T[E++]=mt[x.position],T[E++]=x.labelAngle,T[E++]=x.backdropColor[0],T[E++]=x.backdropColor[1],T[E++]=x.backdropColor[2],T[E++]=x.backdropColor[3],T[E++]=x.backdropShadowColor[0],T[E++]=x.backdropShadowColor[1],T[E++]=x.backdropShadowColor[2],T[E++]=x.backdropShadowColor[3],T[E++]=x.backdropShadowBlur,T[E++]=x.backdropPadding,T[E++]=x.backdropBorderColor[0],T[E++]=x.backdropBorderColor[1],T[E++]=x.backdropBorderColor[2],T[E++]=x.backdropBorderColor[3],T[E++]=x.backdropBorderWidth,T[E++]=x.backdropCornerRadius,T[E++]=x.backdropLabelPadding,T[E++]=x.backdropArea,T[E++]=x.labelBoxOffset[0],T[E++]=x.labelBoxOffset[1]}},{key:"setUniforms",value:function(_,x){var T=x.gl,w=x.uniformLocations;T.uniformMatrix3fv(w.u_matrix,!1,_.matrix),T.uniform1f(w.u_sizeRatio,_.sizeRatio),T.uniform1f(w.u_correctionRatio,_.correctionRatio),T.uniform1f(w.u_cameraAngle,_.cameraAngle),T.uniform2f(w.u_resolution,_.width*_.pixelRatio,_.height*_.pixelRatio),T.uniform1f(w.u_pixelRatio,_.pixelRatio),T.uniform1f(w.u_labelMargin,b.labelMargin),T.uniform1f(w.u_zoomLabelSizeRatio,1/h(_.zoomRatio)),T.uniform1f(w.u_labelPixelSnapping,_.labelPixelSnapping),T.uniform1i(w.u_nodeDataTexture,_.nodeDataTextureUnit),T.uniform1i(w.u_nodeDataTextureWidth,_.nodeDataTextureWidth),T.uniform1i(w.u_nodeFrameTexture,_.nodeFrameTextureUnit),T.uniform1i(w.u_nodeFrameTextureWidth,_.nodeFrameTextureWidth);var E=u();w.u_layerAttributeTexture&&E&&(E.bind(Oe),T.uniform1i(w.u_layerAttributeTexture,Oe),T.uniform1i(w.u_layerAttributeTextureWidth,E.getTextureWidth()),T.uniform1i(w.u_layerAttributeTexelsPerNode,E.getTexelsPerItem()));var L=O(Ut(l)),R;try{for(L.s();!(R=L.n()).done;){var I=R.value;this.setTypedUniform(I,x)}}catch(A){L.e(A)}finally{L.f()}}},{key:"hasNothingToRender",value:function(){return this.totalBackdropCount===0}},{key:"drawWebGL",value:function(_,x){var T=x.gl;this.totalBackdropCount!==0&&(this.isInstanced?T.drawArraysInstanced(_,0,this.VERTICES,this.totalBackdropCount):T.drawArrays(_,0,this.totalBackdropCount*this.VERTICES))}},{key:"reallocate",value:function(_){this.totalBackdropCount=_,_>this.bufferCapacity&&(this.bufferCapacity=Math.max(_,Math.ceil(this.bufferCapacity*1.5)||10),se(b,"reallocate",this,3)([this.bufferCapacity]))}}])})(Ye);return S(m,"labelMargin",f),new m(a,n,t)}var qi=(function(a){function n(){var t;K(this,n);for(var e=arguments.length,r=new Array(e),i=0;i<e;i++)r[i]=arguments[i];return t=ae(this,n,[].concat(r)),S(t,"totalCharacterCount",0),S(t,"bufferCapacity",0),t}return re(n,a),Z(n,[{key:"processLabel",value:function(e,r,i){if(i.hidden||!i.text)return 0;for(var o=i.text,s=o.length,l=0;l<s;l++){var d=o[l];this.processCharacter(r+l,i,d,l)}return s}},{key:"hasNothingToRender",value:function(){return this.totalCharacterCount===0}},{key:"drawWebGL",value:function(e,r){var i=r.gl;this.totalCharacterCount!==0&&(this.isInstanced?i.drawArraysInstanced(e,0,this.VERTICES,this.totalCharacterCount):i.drawArrays(e,0,this.totalCharacterCount*this.VERTICES))}},{key:"reallocate",value:function(e){this.totalCharacterCount=e,e>this.bufferCapacity&&(this.bufferCapacity=Math.max(e,Math.ceil(this.bufferCapacity*1.5)||1e3),se(n,"reallocate",this,3)([this.bufferCapacity]))}}])})(Ye);function yu(){var a=`#version 300 es

in float a_nodeIndex;
in vec4 a_id;
in vec4 a_color;
in float a_labelWidth;
in float a_labelHeight;
in float a_textHeight;
in float a_positionMode;
in float a_labelAngle;
in float a_padding;
in vec2 a_quadCorner;

uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_correctionRatio;
uniform float u_cameraAngle;
uniform vec2 u_resolution;
uniform float u_pixelRatio;
uniform float u_labelMargin;
uniform float u_zoomLabelSizeRatio;
uniform float u_labelPixelSnapping;
uniform float u_pickingPadding;
uniform sampler2D u_nodeDataTexture;
uniform int u_nodeDataTextureWidth;
uniform sampler2D u_nodeFrameTexture;
uniform int u_nodeFrameTextureWidth;

out vec4 v_id;
out vec4 v_color;

`.concat(Fe,`
`).concat(qe,`
`).concat(yt,`
`).concat($i,`

void main() {
  int nodeIdx = int(a_nodeIndex);

  // Node data: (x, y, size, shapeId).
  vec4 nodeData = readNodeData(u_nodeDataTexture, u_nodeDataTextureWidth, nodeIdx);
  vec2 nodePosition = nodeData.xy;
  float nodeSize = nodeData.z;

  // Shape-aware edge distance, read once from the shared frame texture.
  float edgeDist = readFrameTexel(u_nodeFrameTexture, u_nodeFrameTextureWidth, nodeIdx).r;

  // Per-node label rotation alignment: 0 = viewport, 1 = label turns with camera.
  float labelRotation = readNodeFlags(u_nodeDataTexture, u_nodeDataTextureWidth, nodeIdx).g;

  `).concat(Ui,`

  float zoomScale = u_zoomLabelSizeRatio;
  float labelW = a_labelWidth * zoomScale * u_pixelRatio;
  float labelH = a_labelHeight * zoomScale * u_pixelRatio;
  float labelMargin = u_labelMargin * zoomScale * u_pixelRatio;
#ifdef PICKING_MODE
  float padding = u_pickingPadding * u_pixelRatio;
#else
  float padding = a_padding * u_pixelRatio;
#endif

  if (labelW <= 0.0) {
    gl_Position = vec4(2.0, 0.0, 0.0, 1.0);
    v_id = vec4(0.0);
    v_color = vec4(0.0);
    return;
  }

  vec2 labelHalfSize = vec2(labelW * 0.5 + padding, labelH * 0.5 + padding);
  vec2 labelOffset = vec2(0.0);

  // Graph-aligned labels add the camera angle so the rect orbits with the text.
  float labelAngle = a_labelAngle - labelRotation * u_cameraAngle;
  float la_c = cos(labelAngle);
  float la_s = sin(labelAngle);
  mat2 labelRotMat = mat2(la_c, -la_s, la_s, la_c);

  vec3 nodeClip = u_matrix * vec3(nodePosition, 1.0);
  vec2 nodeScreen = vec2(
    (nodeClip.x + 1.0) * u_resolution.x,
    (1.0 - nodeClip.y) * u_resolution.y
  ) * 0.5;
  vec2 snapDelta = (round(nodeScreen) - nodeScreen) * u_labelPixelSnapping;

  if (a_positionMode < 4.0) {
    float labelStart = nodeRadiusPixels * edgeDist + labelMargin;
    float textHalf = a_textHeight * zoomScale * u_pixelRatio * 0.5;
    // Box center uses the text half-size; the padding expands the quad below.
    labelOffset = labelRotMat * labelBoxCenter(a_positionMode, labelStart, vec2(labelW * 0.5, labelH * 0.5), textHalf);
  }

  // Rotate the rect with the label so it stays aligned with the (rotated) text.
  vec2 localPos = labelOffset + labelRotMat * (a_quadCorner * labelHalfSize);
  vec2 ndcOffset = (localPos + snapDelta) * 2.0 / u_resolution;
  ndcOffset.y = -ndcOffset.y;

  gl_Position = vec4(nodeClip.xy + ndcOffset, 0.0, 1.0);
  v_id = a_id;
  v_color = a_color;
}
`);return a}var xu=`#version 300 es
precision highp float;

in vec4 v_id;
in vec4 v_color;

out vec4 fragColor;

void main() {
  #ifdef PICKING_MODE
    fragColor = v_id;
  #else
    if (v_color.a <= 0.0) discard;
    // v_color is non-premultiplied RGBA (0-1); convert to premultiplied for blending
    fragColor = vec4(v_color.rgb * v_color.a, v_color.a);
  #endif
}
`;function _u(a,n,t,e){var r,i,o=e.label,s=o===void 0?{}:o,l=(r=s.margin)!==null&&r!==void 0?r:bt,d=(i=s.zoomToLabelSizeRatioFunction)!==null&&i!==void 0?i:function(){return 1},u=yu(),c=(function(f){function h(){var g;K(this,h);for(var p=arguments.length,m=new Array(p),v=0;v<p;v++)m[v]=arguments[v];return g=ae(this,h,[].concat(m)),S(g,"totalCount",0),S(g,"bufferCapacity",0),g}return re(h,f),Z(h,[{key:"getDefinition",value:function(){var p=WebGL2RenderingContext,m=p.FLOAT,v=p.UNSIGNED_BYTE,b=p.TRIANGLE_STRIP;return{VERTICES:4,VERTEX_SHADER_SOURCE:u,FRAGMENT_SHADER_SOURCE:xu,METHOD:b,UNIFORMS:["u_matrix","u_sizeRatio","u_correctionRatio","u_cameraAngle","u_resolution","u_pixelRatio","u_labelMargin","u_zoomLabelSizeRatio","u_labelPixelSnapping","u_pickingPadding","u_nodeDataTexture","u_nodeDataTextureWidth","u_nodeFrameTexture","u_nodeFrameTextureWidth"],ATTRIBUTES:[{name:"a_nodeIndex",size:1,type:m},{name:"a_id",size:4,type:v,normalized:!0},{name:"a_color",size:4,type:v,normalized:!0},{name:"a_labelWidth",size:1,type:m},{name:"a_labelHeight",size:1,type:m},{name:"a_textHeight",size:1,type:m},{name:"a_positionMode",size:1,type:m},{name:"a_labelAngle",size:1,type:m},{name:"a_padding",size:1,type:m}],CONSTANT_ATTRIBUTES:[{name:"a_quadCorner",size:2,type:m}],CONSTANT_DATA:[[-1,-1],[1,-1],[-1,1],[1,1]]}}},{key:"processLabelBackground",value:function(p,m){var v=this.floats,b=this.ints,y=p*this.STRIDE;v[y++]=m.nodeIndex,b[y++]=m.id,v[y++]=m.color,v[y++]=m.labelWidth,v[y++]=m.labelHeight,v[y++]=m.textHeight,v[y++]=m.positionMode,v[y++]=m.labelAngle,v[y++]=m.padding}},{key:"setUniforms",value:function(p,m){var v=m.gl,b=m.uniformLocations;v.uniformMatrix3fv(b.u_matrix,!1,p.matrix),v.uniform1f(b.u_sizeRatio,p.sizeRatio),v.uniform1f(b.u_correctionRatio,p.correctionRatio),v.uniform1f(b.u_cameraAngle,p.cameraAngle),v.uniform2f(b.u_resolution,p.width*p.pixelRatio,p.height*p.pixelRatio),v.uniform1f(b.u_pixelRatio,p.pixelRatio),v.uniform1f(b.u_labelMargin,h.labelMargin),v.uniform1f(b.u_zoomLabelSizeRatio,1/d(p.zoomRatio)),v.uniform1f(b.u_labelPixelSnapping,p.labelPixelSnapping),v.uniform1f(b.u_pickingPadding,p.labelPickingPadding),v.uniform1i(b.u_nodeDataTexture,p.nodeDataTextureUnit),v.uniform1i(b.u_nodeDataTextureWidth,p.nodeDataTextureWidth),v.uniform1i(b.u_nodeFrameTexture,p.nodeFrameTextureUnit),v.uniform1i(b.u_nodeFrameTextureWidth,p.nodeFrameTextureWidth)}},{key:"hasNothingToRender",value:function(){return this.totalCount===0}},{key:"drawWebGL",value:function(p,m){var v=m.gl;this.totalCount!==0&&v.drawArraysInstanced(v.TRIANGLE_STRIP,0,this.VERTICES,this.totalCount)}},{key:"reallocate",value:function(p){this.totalCount=p,p>this.bufferCapacity&&(this.bufferCapacity=Math.max(p,Math.ceil(this.bufferCapacity*1.5)||10),se(h,"reallocate",this,3)([this.bufferCapacity]))}}])})(Ye);return S(c,"labelMargin",l),new c(a,n,t)}var Ae={fontSize:64,buffer:8,radius:24,cutoff:.25,maxTextureSize:2048,debounceTimeout:100},zt=2,Ot=1e20;function Tu(a,n,t,e,r){var i=a+r*4,o=document.createElement("canvas");o.width=i,o.height=i;var s=o.getContext("2d",{willReadFrequently:!0});return s.font="".concat(e," ").concat(t," ").concat(a,"px ").concat(n),s.textBaseline="alphabetic",s.textAlign="left",s.fillStyle="black",{ctx:s,canvasSize:i,gridOuter:new Float64Array(i*i),gridInner:new Float64Array(i*i),f:new Float64Array(i),z:new Float64Array(i+1),v:new Uint16Array(i)}}function Su(a,n,t,e,r){var i=a.ctx,o=a.canvasSize,s=i.measureText(n),l=s.width,d=s.actualBoundingBoxAscent,u=s.actualBoundingBoxDescent,c=s.actualBoundingBoxLeft,f=s.actualBoundingBoxRight,h=Math.ceil(d),g=Math.ceil(c),p=Math.max(0,Math.min(o-t,Math.ceil(c)+Math.ceil(f))),m=Math.min(o-t,h+Math.ceil(u)),v=p+2*t,b=m+2*t,y=Math.max(v*b,0),_=new Uint8ClampedArray(y),x={data:_,width:v,height:b,glyphWidth:p,glyphHeight:m,glyphTop:h,glyphLeft:g,glyphAdvance:l};if(p===0||m===0)return x;var T=a.gridInner,w=a.gridOuter;i.clearRect(t,t,p,m),i.fillText(n,t+g,t+h);var E=i.getImageData(t,t,p,m);w.fill(Ot,0,y),T.fill(0,0,y);for(var L=0;L<m;L++)for(var R=0;R<p;R++){var I=E.data[4*(L*p+R)+3]/255;if(I!==0){var A=(L+t)*v+R+t;if(I===1)w[A]=0,T[A]=Ot;else{var N=.5-I;w[A]=N>0?N*N:0,T[A]=N<0?N*N:0}}}ki(w,0,0,v,b,v,a.f,a.v,a.z),ki(T,t,t,p,m,v,a.f,a.v,a.z);for(var D=0;D<y;D++){var F=Math.sqrt(w[D])-Math.sqrt(T[D]);_[D]=Math.round(255-255*(F/e+r))}return x}function ki(a,n,t,e,r,i,o,s,l){for(var d=n;d<n+e;d++)Pi(a,t*i+d,i,r,o,s,l);for(var u=t;u<t+r;u++)Pi(a,u*i+n,1,e,o,s,l)}function Pi(a,n,t,e,r,i,o){i[0]=0,o[0]=-Ot,o[1]=Ot,r[0]=a[n];for(var s=1,l=0,d=0;s<e;s++){r[s]=a[n+s*t];var u=s*s;do{var c=i[l];d=(r[s]-r[c]+u-c*c)/(s-c)/2}while(d<=o[l]&&--l>-1);l++,i[l]=s,o[l]=d,o[l+1]=Ot}for(var f=0,h=0;f<e;f++){for(;o[h+1]<f;)h++;var g=i[h],p=f-g;a[n+f*t]=r[g]+p*p}}var je=(function(a){function n(){var t,e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:{};return K(this,n),t=ae(this,n),S(t,"fonts",new Map),S(t,"textures",[]),S(t,"cursor",{x:0,y:0,rowHeight:0,atlasIndex:0}),S(t,"pendingGlyphs",[]),S(t,"debounceTimer",null),t.options=B(B({},Ae),e),t.canvas=document.createElement("canvas"),t.canvas.width=t.options.maxTextureSize,t.canvas.height=t.options.maxTextureSize,t.ctx=t.canvas.getContext("2d",{willReadFrequently:!0}),t.measureCanvas=document.createElement("canvas"),t.measureCtx=t.measureCanvas.getContext("2d"),t.textures.push(t.ctx.getImageData(0,0,1,1)),t}return re(n,a),Z(n,[{key:"getFontKey",value:function(e){return"".concat(e.family,"-").concat(e.weight,"-").concat(e.style)}},{key:"registerFont",value:function(e){var r=this.getFontKey(e);if(this.fonts.has(r))return r;var i=Tu(this.options.fontSize,e.family,e.weight,e.style,this.options.buffer);return this.fonts.set(r,{descriptor:e,generator:i,glyphs:new Map}),r}},{key:"ensureGlyphs",value:function(e,r){var i=this.fonts.get(r);if(!i)throw new Error('Font "'.concat(r,'" is not registered. Call registerFont() first.'));var o=!1,s=O(e),l;try{for(s.s();!(l=s.n()).done;){var d=l.value,u=d.codePointAt(0);u!==void 0&&(i.glyphs.has(u)||(this.pendingGlyphs.push({fontKey:r,charCode:u}),o=!0))}}catch(c){s.e(c)}finally{s.f()}o&&this.scheduleTextureGeneration()}},{key:"measureText",value:function(e,r){var i=this.fonts.get(r);if(!i)throw new Error('Font "'.concat(r,'" is not registered.'));var o=i.descriptor,s=o.family,l=o.weight,d=o.style;return this.measureCtx.font="".concat(d," ").concat(l," ").concat(this.options.fontSize,"px ").concat(s),this.measureCtx.measureText(e).width}},{key:"getGlyph",value:function(e,r){var i=this.fonts.get(r);if(i)return i.glyphs.get(e)}},{key:"getTextures",value:function(){return this.textures}},{key:"getFontCount",value:function(){return this.fonts.size}},{key:"getGlyphCount",value:function(){var e=0,r=O(this.fonts.values()),i;try{for(r.s();!(i=r.n()).done;){var o=i.value;e+=o.glyphs.size}}catch(s){r.e(s)}finally{r.f()}return e}},{key:"hasPendingGlyphs",value:function(){return this.pendingGlyphs.length>0}},{key:"flush",value:function(){this.debounceTimer&&(clearTimeout(this.debounceTimer),this.debounceTimer=null),this.generateTextures()}},{key:"destroy",value:function(){this.debounceTimer&&clearTimeout(this.debounceTimer),this.fonts.clear(),this.textures=[],this.pendingGlyphs=[],this.removeAllListeners()}},{key:"scheduleTextureGeneration",value:function(){var e=this;this.debounceTimer===null&&(this.options.debounceTimeout===null?this.generateTextures():this.debounceTimer=setTimeout(function(){e.debounceTimer=null,e.generateTextures()},this.options.debounceTimeout))}},{key:"generateTextures",value:function(){if(this.pendingGlyphs.length!==0){var e=this.options,r=e.maxTextureSize,i=e.buffer,o=e.radius,s=e.cutoff,l=O(this.pendingGlyphs),d;try{for(l.s();!(d=l.n()).done;){var u=d.value,c=u.fontKey,f=u.charCode,h=this.fonts.get(c);if(!(!h||h.glyphs.has(f))){var g=String.fromCodePoint(f),p=Su(h.generator,g,i,o,s),m=p.width,v=p.height;this.cursor.x+m+zt>r&&(this.cursor.x=0,this.cursor.y+=this.cursor.rowHeight+zt,this.cursor.rowHeight=0),this.cursor.y+v+zt>r&&(this.finalizeCurrentTexture(),this.cursor={x:0,y:0,rowHeight:0,atlasIndex:this.cursor.atlasIndex+1},this.ctx.clearRect(0,0,r,r));for(var b=p.data,y=new Uint8ClampedArray(m*v*4),_=0;_<b.length;_++){var x=_*4;y[x]=255,y[x+1]=255,y[x+2]=255,y[x+3]=b[_]}var T=new ImageData(y,m,v);this.ctx.putImageData(T,this.cursor.x,this.cursor.y);var w={charCode:f,width:p.glyphWidth,height:p.glyphHeight,bearingX:-p.glyphLeft-i,bearingY:p.glyphTop+i,advance:p.glyphAdvance,atlasX:this.cursor.x,atlasY:this.cursor.y,atlasWidth:m,atlasHeight:v,atlasIndex:this.cursor.atlasIndex};h.glyphs.set(f,w),this.cursor.x+=m+zt,this.cursor.rowHeight=Math.max(this.cursor.rowHeight,v)}}}catch(E){l.e(E)}finally{l.f()}this.finalizeCurrentTexture(),this.pendingGlyphs=[],this.emit(n.ATLAS_UPDATED_EVENT,{textures:this.textures,glyphCount:this.getGlyphCount()})}}},{key:"finalizeCurrentTexture",value:function(){var e=this.options.maxTextureSize,r=this.cursor.y>0||this.cursor.rowHeight>0,i=Math.min(e,Math.max(this.cursor.x,r?e:1)),o=Math.min(e,this.cursor.y+this.cursor.rowHeight+zt),s=this.ctx.getImageData(0,0,i,o);this.cursor.atlasIndex>=this.textures.length?this.textures.push(s):this.textures[this.cursor.atlasIndex]=s}}])})(zi.EventEmitter);S(je,"ATLAS_UPDATED_EVENT","atlasUpdated");var Eu=Ae.fontSize;function wu(){var a=`  // -------------------------------------------------------------------------
  // Step 3: Calculate position offset from the shared edge distance
  // -------------------------------------------------------------------------
  vec2 positionOffset = vec2(0.0);

  if (a_positionMode < 4.0) {
    vec2 screenDir = getLabelDirection(a_positionMode);
    float boundaryDistPixels = nodeRadiusPixels * edgeDist;
    positionOffset = screenDir * (boundaryDistPixels + margin);
  }`,n=`#version 300 es

// ============================================================================
// Attributes
// ============================================================================

// Per-character (instanced)
in float a_nodeIndex;        // Index into node data texture
in vec2 a_charOffset;        // Character offset from label origin (pixels)
in vec2 a_charSize;          // Character dimensions (pixels)
in vec4 a_texCoords;         // Atlas coords: (x, y, width, height) in pixels
in vec4 a_color;             // Text color (RGBA)
in float a_margin;           // Gap between node edge and label (pixels)
in float a_positionMode;     // Position: 0=right, 1=left, 2=above, 3=below, 4=over
in float a_labelWidth;       // Total label width (pixels)
in float a_labelHeight;      // Label height (pixels)
in float a_verticalCenter;   // Vertical center offset from baseline (pixels)
in float a_textHeight;       // Actual text height: maxAscent + maxDescent (pixels)
in float a_labelAngle;       // Label rotation angle (radians)

// Per-vertex (constant quad corners)
in vec2 a_quadCorner;        // Quad corner: [-1,-1], [1,-1], [-1,1], [1,1]

// ============================================================================
// Uniforms
// ============================================================================

uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_correctionRatio;
uniform float u_cameraAngle;
uniform vec2 u_resolution;
uniform vec2 u_atlasSize;
uniform sampler2D u_nodeDataTexture;
uniform int u_nodeDataTextureWidth;
uniform sampler2D u_nodeFrameTexture;
uniform int u_nodeFrameTextureWidth;
uniform float u_zoomLabelSizeRatio;
uniform float u_labelPixelSnapping;
uniform float u_pixelRatio;

// ============================================================================
// Varyings
// ============================================================================

out vec2 v_texCoord;
out vec4 v_color;
out float v_fontScale;

// ============================================================================
// Constants
// ============================================================================

const float bias = 255.0 / 254.0;
const float ATLAS_FONT_SIZE = `.concat(ie(Eu),`;

// ============================================================================
// Helper Functions
// ============================================================================

`).concat(Fe,`
`).concat(qe,`
`).concat(yt,`
`).concat(Hi,`

// ============================================================================
// Main
// ============================================================================

void main() {
  // -------------------------------------------------------------------------
  // Step 0: Fetch node data + shared edge distance from textures
  // -------------------------------------------------------------------------
  // Node-data texture format: vec4(x, y, size, shapeId)
  // 2D texture layout: texCoord = (index % width, index / width)
  int nodeIdx = int(a_nodeIndex);
  vec4 nodeData = readNodeData(u_nodeDataTexture, u_nodeDataTextureWidth, nodeIdx);
  vec2 a_anchorPosition = nodeData.xy;
  float a_nodeSize = nodeData.z;

  // Normalized edge distance from the shared frame texture (the frame-pass ran
  // the SDF search once; the label just reads the result).
  float edgeDist = readFrameTexel(u_nodeFrameTexture, u_nodeFrameTextureWidth, nodeIdx).r;

  // Per-node label rotation alignment: 0 = viewport, 1 = label turns with camera.
  float labelRotation = readNodeFlags(u_nodeDataTexture, u_nodeDataTextureWidth, nodeIdx).g;

  // Apply zoom-dependent label size scaling
  // Positional values are in CSS pixels; multiply by u_pixelRatio to convert to
  // physical pixels, which is what the NDC conversion (/ u_resolution) expects.
  float zoomScale = u_zoomLabelSizeRatio;
  float margin = a_margin * zoomScale * u_pixelRatio;
  vec2 charOffset = a_charOffset * zoomScale * u_pixelRatio;
  vec2 charSize = a_charSize * zoomScale * u_pixelRatio;
  float labelWidth = a_labelWidth * zoomScale * u_pixelRatio;
  float labelHeight = a_labelHeight * zoomScale;

  // Font scale: ratio of CSS label size to the base atlas font size.
  // Divided by u_pixelRatio because the atlas is generated at ATLAS_FONT_SIZE * pixelRatio,
  // which cancels out the u_pixelRatio in the fragment shader's gamma formula and keeps
  // the anti-aliasing band width consistent across pixel densities.
  v_fontScale = a_labelHeight * zoomScale / (ATLAS_FONT_SIZE * u_pixelRatio);

  // -------------------------------------------------------------------------
  // Step 1: Transform node position to clip space
  // -------------------------------------------------------------------------
  vec3 anchorClip = u_matrix * vec3(a_anchorPosition, 1.0);

  // -------------------------------------------------------------------------
  // Step 2: Convert node size to screen pixels
  // -------------------------------------------------------------------------
  float matrixScaleX = length(vec2(u_matrix[0][0], u_matrix[1][0]));
  float nodeRadiusGraphSpace = a_nodeSize * u_correctionRatio / u_sizeRatio * 2.0;
  float nodeRadiusNDC = nodeRadiusGraphSpace * matrixScaleX;
  float nodeRadiusPixels = nodeRadiusNDC * u_resolution.x / 2.0;

`).concat(a,`

  // -------------------------------------------------------------------------
  // Step 4: Calculate final vertex position
  // -------------------------------------------------------------------------
  vec2 cornerOffset = (a_quadCorner + 1.0) * 0.5;
  vec2 charPixelPos = positionOffset + charOffset + cornerOffset * charSize;

  // Apply text alignment based on position mode
  float verticalCenter = a_verticalCenter * zoomScale * u_pixelRatio;
  float textHeight = a_textHeight * zoomScale * u_pixelRatio;
  float baselineToDescent = textHeight / 2.0 - verticalCenter;
  float baselineToAscent = textHeight / 2.0 + verticalCenter;

  if (a_positionMode < 0.5) {
    // Right: vertically center
    charPixelPos.y += verticalCenter;
  } else if (a_positionMode < 1.5) {
    // Left: right-align and vertically center
    charPixelPos.x -= labelWidth;
    charPixelPos.y += verticalCenter;
  } else if (a_positionMode < 2.5) {
    // Above: center horizontally, bottom of text at anchor
    charPixelPos.x -= labelWidth * 0.5;
    charPixelPos.y -= baselineToDescent;
  } else if (a_positionMode < 3.5) {
    // Below: center horizontally, top of text at anchor
    charPixelPos.x -= labelWidth * 0.5;
    charPixelPos.y += baselineToAscent;
  } else {
    // Over: center both
    charPixelPos.x -= labelWidth * 0.5;
    charPixelPos.y += verticalCenter;
  }

  // Apply label angle rotation. Graph-aligned labels add the camera angle so the
  // whole label orbits the node in lockstep with the frame-pass edge distance.
  float labelAngle = a_labelAngle - labelRotation * u_cameraAngle;
  float la_c = cos(labelAngle);
  float la_s = sin(labelAngle);
  mat2 labelRotMat = mat2(la_c, -la_s, la_s, la_c);
  charPixelPos = labelRotMat * charPixelPos;

  // Snap node center to pixel grid so label/backdrop/attachment move as a unit
  vec2 nodeScreen = vec2(
    (anchorClip.x + 1.0) * u_resolution.x,
    (1.0 - anchorClip.y) * u_resolution.y
  ) * 0.5;
  charPixelPos += (round(nodeScreen) - nodeScreen) * u_labelPixelSnapping;

  // Convert to NDC (flip Y: screen Y-down -> clip Y-up)
  vec2 ndcOffset = vec2(charPixelPos.x, -charPixelPos.y) * 2.0 / u_resolution;
  gl_Position = vec4(anchorClip.xy + ndcOffset, 0.0, 1.0);

  // -------------------------------------------------------------------------
  // Step 5: Texture coordinates
  // -------------------------------------------------------------------------
  v_texCoord = (a_texCoords.xy + cornerOffset * a_texCoords.zw) / u_atlasSize;

  // -------------------------------------------------------------------------
  // Step 6: Pass color
  // -------------------------------------------------------------------------
  v_color = a_color;
  v_color.a *= bias;
}
`);return n}function Ru(){var a=`#version 300 es
precision highp float;

in vec2 v_texCoord;
in vec4 v_color;
in float v_fontScale;

uniform sampler2D u_atlas;
uniform float u_gamma;
uniform float u_sdfBuffer;
uniform float u_pixelRatio;

// Fragment output (single target - picking handled via separate pass)
out vec4 fragColor;

void main() {
  #ifdef PICKING_MODE
    // Labels are not pickable - discard all fragments in picking mode
    fragColor = vec4(0.0);
    discard;
  #else
    // Sample SDF value from atlas (high = inside glyph, low = outside)
    float sdfValue = texture(u_atlas, v_texCoord).a;

    // Edge threshold: 1.0 - cutoff = 0.75 for default cutoff=0.25
    // This is where the glyph edge is located in the SDF
    float edgeThreshold = 1.0 - u_sdfBuffer;

    // Gamma controls the anti-aliasing band width.
    // Scale inversely with font scale so small labels get a wider AA band
    // (smoother) and large labels get a tighter band (sharper).
    float gamma = u_gamma / (u_pixelRatio * v_fontScale);

    // Pure gamma-based anti-aliasing using smoothstep
    // The AA band extends from (threshold - gamma) to (threshold + gamma)
    float alpha = smoothstep(edgeThreshold - gamma, edgeThreshold + gamma, sdfValue);

    // Premultiplied alpha output for correct blending
    float finalAlpha = v_color.a * alpha;
    fragColor = vec4(v_color.rgb * finalAlpha, finalAlpha);
  #endif
}
`;return a}function Au(){return["u_matrix","u_sizeRatio","u_correctionRatio","u_cameraAngle","u_resolution","u_atlasSize","u_atlas","u_gamma","u_sdfBuffer","u_pixelRatio","u_nodeDataTexture","u_nodeDataTextureWidth","u_nodeFrameTexture","u_nodeFrameTextureWidth","u_zoomLabelSizeRatio","u_labelPixelSnapping"]}function Du(){return{vertexShader:wu(),fragmentShader:Ru(),uniforms:Au()}}function Lu(a,n,t,e){var r,i,o=e.label,s=o===void 0?{}:o,l=(r=s.margin)!==null&&r!==void 0?r:bt,d=(i=s.zoomToLabelSizeRatioFunction)!==null&&i!==void 0?i:function(){return 1},u=Du(),c=(function(f){function h(g,p,m){var v,b,y,_;if(K(this,h),_=ae(this,h,[g,p,m]),S(_,"atlasTexture",null),S(_,"atlasNeedsUpdate",!1),S(_,"labelGlyphCache",new Map),_.atlasFontSize=Ae.fontSize*Gt(),_.atlasManager=new je({fontSize:_.atlasFontSize}),_.gamma=.025,_.sdfBuffer=Ae.cutoff,_.atlasTexture=g.createTexture(),!_.atlasTexture)throw new Error("NodeLabelProgram: failed to create atlas texture");g.bindTexture(g.TEXTURE_2D,_.atlasTexture),g.texParameteri(g.TEXTURE_2D,g.TEXTURE_WRAP_S,g.CLAMP_TO_EDGE),g.texParameteri(g.TEXTURE_2D,g.TEXTURE_WRAP_T,g.CLAMP_TO_EDGE),g.texParameteri(g.TEXTURE_2D,g.TEXTURE_MIN_FILTER,g.LINEAR),g.texParameteri(g.TEXTURE_2D,g.TEXTURE_MAG_FILTER,g.LINEAR),g.bindTexture(g.TEXTURE_2D,null),_.atlasManager.on(je.ATLAS_UPDATED_EVENT,function(){_.atlasNeedsUpdate=!0});var x={family:((v=s.font)===null||v===void 0?void 0:v.family)||"sans-serif",weight:((b=s.font)===null||b===void 0?void 0:b.weight)||"normal",style:((y=s.font)===null||y===void 0?void 0:y.style)||"normal"};return _.defaultFontKey=_.atlasManager.registerFont(x),_}return re(h,f),Z(h,[{key:"getDefinition",value:function(){var p=WebGL2RenderingContext,m=p.FLOAT,v=p.UNSIGNED_BYTE,b=p.TRIANGLE_STRIP;return{VERTICES:4,VERTEX_SHADER_SOURCE:u.vertexShader,FRAGMENT_SHADER_SOURCE:u.fragmentShader,METHOD:b,UNIFORMS:u.uniforms,ATTRIBUTES:[{name:"a_nodeIndex",size:1,type:m},{name:"a_charOffset",size:2,type:m},{name:"a_charSize",size:2,type:m},{name:"a_texCoords",size:4,type:m},{name:"a_color",size:4,type:v,normalized:!0},{name:"a_margin",size:1,type:m},{name:"a_positionMode",size:1,type:m},{name:"a_labelWidth",size:1,type:m},{name:"a_labelHeight",size:1,type:m},{name:"a_verticalCenter",size:1,type:m},{name:"a_textHeight",size:1,type:m},{name:"a_labelAngle",size:1,type:m}],CONSTANT_ATTRIBUTES:[{name:"a_quadCorner",size:2,type:m}],CONSTANT_DATA:[[-1,-1],[1,-1],[-1,1],[1,1]]}}},{key:"prepareLabelGlyphs",value:function(p,m){if(m.hidden||!m.text){this.labelGlyphCache.delete(p);return}var v=m.text,b=m.fontKey||this.defaultFontKey;this.atlasManager.ensureGlyphs(v,b);var y=[],_=[],x=0,T=0,w=0,E=O(v),L;try{for(E.s();!(L=E.n()).done;){var R=L.value,I=R.codePointAt(0);if(I===void 0){y.push(void 0),_.push(x);continue}var A=this.atlasManager.getGlyph(I,b);y.push(A),_.push(x),A&&(x+=A.advance,T=Math.max(T,A.bearingY),w=Math.max(w,A.atlasHeight-A.bearingY))}}catch(N){E.e(N)}finally{E.f()}this.labelGlyphCache.set(p,{glyphs:y,xOffsets:_,totalWidth:x,totalHeight:T+w,verticalCenterOffset:(T-w)/2})}},{key:"processCharacter",value:function(p,m,v,b){var y=this.floats,_=this.STRIDE,x=p*_,T=this.labelGlyphCache.get(m.parentKey);if(!T||!T.glyphs[b]){for(var w=0;w<_;w++)y[x+w]=0;return}var E=T.glyphs[b],L=T.xOffsets[b],R=m.size/this.atlasFontSize,I=be(m.color),A=x;y[A++]=m.nodeIndex,y[A++]=(L+E.bearingX)*R,y[A++]=-E.bearingY*R,y[A++]=E.atlasWidth*R,y[A++]=E.atlasHeight*R,y[A++]=E.atlasX,y[A++]=E.atlasY,y[A++]=E.atlasWidth,y[A++]=E.atlasHeight,y[A++]=I,y[A++]=m.margin,y[A++]=mt[m.position],y[A++]=T.totalWidth*R,y[A++]=m.size,y[A++]=T.verticalCenterOffset*R,y[A++]=T.totalHeight*R,y[A++]=m.labelAngle}},{key:"processLabel",value:function(p,m,v){return this.prepareLabelGlyphs(p,v),se(h,"processLabel",this,3)([p,m,v])}},{key:"updateAtlasTexture",value:function(){if(this.atlasNeedsUpdate){var p=this.normalProgram.gl,m=this.atlasManager.getTextures();if(m.length!==0){var v=m[0];p.bindTexture(p.TEXTURE_2D,this.atlasTexture),p.texImage2D(p.TEXTURE_2D,0,p.RGBA,v.width,v.height,0,p.RGBA,p.UNSIGNED_BYTE,v.data),p.bindTexture(p.TEXTURE_2D,null),this.atlasNeedsUpdate=!1}}}},{key:"setUniforms",value:function(p,m){var v=m.gl,b=m.uniformLocations;v.uniformMatrix3fv(b.u_matrix,!1,p.matrix),v.uniform1f(b.u_sizeRatio,p.sizeRatio),v.uniform1f(b.u_correctionRatio,p.correctionRatio),v.uniform1f(b.u_cameraAngle,p.cameraAngle),v.uniform2f(b.u_resolution,p.width*p.pixelRatio,p.height*p.pixelRatio);var y=this.atlasManager.getTextures();y.length>0?v.uniform2f(b.u_atlasSize,y[0].width,y[0].height):v.uniform2f(b.u_atlasSize,1,1),v.activeTexture(v.TEXTURE0),v.bindTexture(v.TEXTURE_2D,this.atlasTexture),v.uniform1i(b.u_atlas,0),b.u_nodeDataTexture!==void 0&&v.uniform1i(b.u_nodeDataTexture,p.nodeDataTextureUnit),b.u_nodeDataTextureWidth!==void 0&&v.uniform1i(b.u_nodeDataTextureWidth,p.nodeDataTextureWidth),v.uniform1i(b.u_nodeFrameTexture,p.nodeFrameTextureUnit),v.uniform1i(b.u_nodeFrameTextureWidth,p.nodeFrameTextureWidth),v.uniform1f(b.u_gamma,this.gamma),v.uniform1f(b.u_sdfBuffer,this.sdfBuffer),v.uniform1f(b.u_pixelRatio,p.pixelRatio),v.uniform1f(b.u_zoomLabelSizeRatio,1/h.zoomToLabelSizeRatioFunction(p.zoomRatio)),v.uniform1f(b.u_labelPixelSnapping,p.labelPixelSnapping)}},{key:"renderProgram",value:function(p,m){this.updateAtlasTexture(),this.atlasManager.hasPendingGlyphs()&&(this.atlasManager.flush(),this.updateAtlasTexture()),se(h,"renderProgram",this,3)([p,m])}},{key:"registerFont",value:function(p){var m=arguments.length>1&&arguments[1]!==void 0?arguments[1]:"normal",v=arguments.length>2&&arguments[2]!==void 0?arguments[2]:"normal";return this.atlasManager.registerFont({family:p,weight:m,style:v})}},{key:"getAtlasManager",value:function(){return this.atlasManager}},{key:"measureLabel",value:function(p,m,v){var b=v||this.defaultFontKey;this.atlasManager.ensureGlyphs(p,b),this.atlasManager.hasPendingGlyphs()&&this.atlasManager.flush();var y=0,_=0,x=0,T=O(p),w;try{for(T.s();!(w=T.n()).done;){var E=w.value,L=E.codePointAt(0);if(L!==void 0){var R=this.atlasManager.getGlyph(L,b);R&&(y+=R.advance,_=Math.max(_,R.bearingY),x=Math.max(x,R.atlasHeight-R.bearingY))}}}catch(A){T.e(A)}finally{T.f()}var I=m/this.atlasFontSize;return{width:y*I,height:m,textHeight:(_+x)*I}}},{key:"ensureGlyphsReady",value:function(p,m){var v=m||this.defaultFontKey,b=O(p),y;try{for(b.s();!(y=b.n()).done;){var _=y.value;this.atlasManager.ensureGlyphs(_,v)}}catch(x){b.e(x)}finally{b.f()}this.atlasManager.flush()}},{key:"kill",value:function(){var p=this.normalProgram.gl;this.atlasTexture&&(p.deleteTexture(this.atlasTexture),this.atlasTexture=null),this.atlasManager.destroy(),this.labelGlyphCache.clear(),se(h,"kill",this,3)([])}}])})(qi);return S(c,"labelMargin",l),S(c,"zoomToLabelSizeRatioFunction",d),new c(a,n,t)}var Cu=`#version 300 es
precision highp float;

in float v_edgeDist;

// R32F target: only the .r channel is stored.
out vec4 fragColor;

void main() {
  fragColor = vec4(v_edgeDist, 0.0, 0.0, 0.0);
}
`;function ku(a,n,t){var e=Ma(a),r=Ut(a).map(function(g){return"uniform ".concat(g.type," ").concat(g.name,";")}).join(`
`),i=tu(a,t),o=i.code,s=i.multiShape,l=xt(a,n),d=Object.keys(l.specs).map(function(g){return"float v_".concat(g,";")}).join(`
`),u=vt(l,{varPrefix:"nodeAttr",baseTexelExpr:"nodeIdx * u_layerAttributeTexelsPerNode",textureWidthUniform:"u_layerAttributeTextureWidth",textureSamplerUniform:"u_layerAttributeTexture"}),c=u.fetchCode,f=u.varyingAssignments,h=`#version 300 es
precision highp float;

uniform float u_cameraAngle;
uniform sampler2D u_nodeDataTexture;
uniform int u_nodeDataTextureWidth;
uniform float u_frameTextureWidth;
uniform float u_frameTextureHeight;
uniform sampler2D u_layerAttributeTexture;
uniform int u_layerAttributeTextureWidth;
uniform int u_layerAttributeTexelsPerNode;
`.concat(r,`

in float a_nodeIndex;     // node-data texture index (also the target frame texel)
in float a_positionMode;  // 0=right 1=left 2=above 3=below 4=over
in float a_labelAngle;    // intrinsic label angle (radians)

out float v_edgeDist;

// Shape attributes (plain globals: this pass is vertex-only)
`).concat(d,`

`).concat(Fe,`
`).concat(qe,`
`).concat(e,`
`).concat(o,`
`).concat(Hi,`

void main() {
  int nodeIdx = int(a_nodeIndex);
`).concat(c,`
`).concat(f,`
  `).concat(s?`// Multi-shape: the shape id lives in the node-data texture's .w channel:
  g_shapeId = int(readNodeData(u_nodeDataTexture, u_nodeDataTextureWidth, nodeIdx).w);`:"// Single-shape mode, shape id not needed",`

  // Per-node rotation alignment (0 = viewport, 1 = graph).
  vec4 nodeFlags = readNodeFlags(u_nodeDataTexture, u_nodeDataTextureWidth, nodeIdx);
  float nodeRotation = nodeFlags.r;
  float labelRotation = nodeFlags.g;

  // Effective angle: intrinsic (style-given) plus the camera angle when the label
  // is graph-aligned. The companions place the box at this same angle.
  float effectiveAngle = a_labelAngle - labelRotation * u_cameraAngle;

  // The "over" mode (4) sits on the node center, so it has no edge distance.
  float edgeDist = 0.0;
  if (a_positionMode < 4.0) {
    vec2 screenDir = getLabelDirection(a_positionMode);
    // Rotate by the effective label angle. Inlined rather than via rotate2D()
    // because the shape SDFs (getShapeGLSLForShapes) already define that helper
    // for multi-shape programs, and redefining it would be a GLSL error.
    float ea_c = cos(effectiveAngle);
    float ea_s = sin(effectiveAngle);
    vec2 rotatedScreenDir = mat2(ea_c, -ea_s, ea_s, ea_c) * screenDir;
    // Screen (Y-down) -> SDF (Y-up).
    vec2 sdfDir = vec2(rotatedScreenDir.x, -rotatedScreenDir.y);
    // Counter-rotate into the shape's local frame for graph-aligned nodes, so the
    // boundary is queried against the shape's actual on-screen orientation.
    float nodeCa = -u_cameraAngle * nodeRotation;
    float nc = cos(nodeCa), ns = sin(nodeCa);
    sdfDir = mat2(nc, -ns, ns, nc) * sdfDir;
    edgeDist = findEdgeDistance(sdfDir, 1.0);
  }
  v_edgeDist = edgeDist;

  // Scatter to this node's texel center in the frame texture.
  float x = mod(a_nodeIndex, u_frameTextureWidth);
  float y = floor(a_nodeIndex / u_frameTextureWidth);
  vec2 ndc = (vec2(x, y) + 0.5) / vec2(u_frameTextureWidth, u_frameTextureHeight) * 2.0 - 1.0;
  gl_Position = vec4(ndc, 0.0, 1.0);
  gl_PointSize = 1.0;
}
`);return h}var Yi=(function(){function a(n,t){K(this,a),S(this,"uniformLocations",{});var e=t.shapes,r=t.layers,i=t.shapeGlobalIds;if(e.length===0)throw new Error("NodeLabelFramePass: at least one shape must be provided");this.gl=n,this.shapeUniforms=Ut(e),this.hasAttributeData=Object.keys(xt(e,r).offsets).length>0,this.vertexShader=Na(n,ku(e,r,i)),this.fragmentShader=Ga(n,Cu),this.program=za(n,[this.vertexShader,this.fragmentShader]);var o=["u_cameraAngle","u_nodeDataTexture","u_nodeDataTextureWidth","u_frameTextureWidth","u_frameTextureHeight","u_layerAttributeTexture","u_layerAttributeTextureWidth","u_layerAttributeTexelsPerNode"].concat(V(this.shapeUniforms.map(function(v){return v.name}))),s=O(o),l;try{for(s.s();!(l=s.n()).done;){var d=l.value;this.uniformLocations[d]=n.getUniformLocation(this.program,d)}}catch(v){s.e(v)}finally{s.f()}var u=a.FLOATS_PER_POINT*4;this.vao=n.createVertexArray(),this.buffer=n.createBuffer(),n.bindVertexArray(this.vao),n.bindBuffer(n.ARRAY_BUFFER,this.buffer);var c=O([["a_nodeIndex",0],["a_positionMode",4],["a_labelAngle",8]]),f;try{for(c.s();!(f=c.n()).done;){var h=J(f.value,2),g=h[0],p=h[1],m=n.getAttribLocation(this.program,g);m>=0&&(n.enableVertexAttribArray(m),n.vertexAttribPointer(m,1,n.FLOAT,!1,u,p))}}catch(v){c.e(v)}finally{c.f()}n.bindVertexArray(null)}return Z(a,[{key:"run",value:function(t,e,r,i,o){if(e!==0){var s=this.gl;s.useProgram(this.program),s.bindVertexArray(this.vao),s.bindBuffer(s.ARRAY_BUFFER,this.buffer),s.bufferData(s.ARRAY_BUFFER,t.subarray(0,e*a.FLOATS_PER_POINT),s.DYNAMIC_DRAW);var l=this.uniformLocations;s.uniform1f(l.u_cameraAngle,i.cameraAngle),s.uniform1i(l.u_nodeDataTexture,i.nodeDataTextureUnit),s.uniform1i(l.u_nodeDataTextureWidth,i.nodeDataTextureWidth),s.uniform1f(l.u_frameTextureWidth,r.getTextureWidth()),s.uniform1f(l.u_frameTextureHeight,r.getTextureHeight()),this.hasAttributeData&&o&&(o.bind(Oe),l.u_layerAttributeTexture&&s.uniform1i(l.u_layerAttributeTexture,Oe),l.u_layerAttributeTextureWidth&&s.uniform1i(l.u_layerAttributeTextureWidth,o.getTextureWidth()),l.u_layerAttributeTexelsPerNode&&s.uniform1i(l.u_layerAttributeTexelsPerNode,o.getTexelsPerItem()));var d=O(this.shapeUniforms),u;try{for(d.s();!(u=d.n()).done;){var c=u.value;Wa(s,this.uniformLocations[c.name],c)}}catch(f){d.e(f)}finally{d.f()}r.bindAsRenderTarget(),s.disable(s.BLEND),s.disable(s.DEPTH_TEST),s.drawArrays(s.POINTS,0,e),s.bindFramebuffer(s.FRAMEBUFFER,null),s.bindVertexArray(null)}}},{key:"kill",value:function(){var t=this.gl;t.deleteProgram(this.program),t.deleteShader(this.vertexShader),t.deleteShader(this.fragmentShader),t.deleteBuffer(this.buffer),t.deleteVertexArray(this.vao)}}])})();S(Yi,"FLOATS_PER_POINT",3);function Ki(a,n,t,e,r){var i,o=e.label,s=o===void 0?{}:o,l=e.shapes;if(l.length===0)throw new Error("createNodeProgram: at least one shape must be provided in 'shapes'");var d={},u=[],c;l.forEach(function(w,E){var L=Vd(w);E===0&&(c=L),d[w.name]=E,u[E]=Wt(L)});var f=V(e.layers),h=Ci({shapes:l,layers:f,shapeGlobalIds:l.length>1?u:void 0,antialias:r}),g=Lu(a,null,t,{label:s}),p=bu(a,null,t,{shapes:l,layers:f,getAttributeTexture:function(){return T.getAttributeTexture()},label:s,shapeGlobalIds:l.length>1?u:void 0}),m=_u(a,n,t,{label:s}),v=e.labelAttachments&&Object.keys(e.labelAttachments).length>0?du(a,null,t,{label:s}):null,b=new Yi(a,{shapes:l,layers:f,shapeGlobalIds:l.length>1?u:void 0}),y=Vn(l,f),_=xe(y),x=(i=(function(w){function E(L,R,I){var A;K(this,E),A=ae(this,E,[L,R,I]),S(A,"layerLifecycles",new Map),S(A,"layersNeedingRegeneration",new Set),S(A,"attrDescriptors",[]),A._pickingBuffer=R;var N=x.layerTextures.get(L);N||(N=new Un(L,_),x.layerTextures.set(L,N)),A.layerAttributeTexture=N;var D=x.textureRefCounts.get(L)||0;x.textureRefCounts.set(L,D+1),A.packedAttributeData=new Float32Array(_.floatsPerItem),f.forEach(function(z,G){if(z.lifecycle){var C={gl:L,renderer:{refresh:function(){return I.refresh()}},getUniformLocation:function($){return L.getUniformLocation(A.normalProgram.program,$)},requestShaderRegeneration:function(){A.layersNeedingRegeneration.add(G)},requestRefresh:function(){I.refresh()}},k=z.lifecycle(C);A.layerLifecycles.set(G,k)}}),A.layerLifecycles.forEach(function(z){var G;(G=z.init)===null||G===void 0||G.call(z)});var F=new Map;return A.layerLifecycles.forEach(function(z,G){z.getAttributeData&&F.set(G,z)}),A.attrDescriptors=Hn(y,_,F),A}return re(E,w),Z(E,[{key:"getDefinition",value:function(){var R=WebGL2RenderingContext,I=R.FLOAT,A=R.TRIANGLE_STRIP;return{VERTICES:4,VERTEX_SHADER_SOURCE:h.vertexShader,FRAGMENT_SHADER_SOURCE:h.fragmentShader,METHOD:A,UNIFORMS:h.uniforms,ATTRIBUTES:h.attributes,CONSTANT_ATTRIBUTES:[{name:"a_quadCorner",size:2,type:I}],CONSTANT_DATA:[[-1,-1],[1,-1],[-1,1],[1,1]]}}},{key:"maybeRegenerateShaders",value:function(){var R=this;if(this.layersNeedingRegeneration.size!==0){f=f.map(function(G,C){if(R.layersNeedingRegeneration.has(C)){var k=R.layerLifecycles.get(C);if(k!=null&&k.regenerate){var M=k.regenerate();return B(B({},M),{},{lifecycle:G.lifecycle})}}return G}),this.layersNeedingRegeneration.clear(),h=Ci({shapes:l,layers:f,shapeGlobalIds:l.length>1?u:void 0,antialias:this.renderer.getSetting("antialiasNodes")});var I=this.normalProgram.gl,A=this.normalProgram,N=A.program,D=A.buffer,F=A.vertexShader,z=A.fragmentShader;I.deleteProgram(N),I.deleteBuffer(D),I.deleteShader(F),I.deleteShader(z),this.normalProgram=this.getProgramInfo("normal",I,h.vertexShader,h.fragmentShader,this._pickingBuffer)}}},{key:"allocateNode",value:function(R){this.layerAttributeTexture.allocate(R)}},{key:"freeNode",value:function(R){this.layerAttributeTexture.free(R)}},{key:"getAttributeTexture",value:function(){return this.layerAttributeTexture}},{key:"uploadLayerTexture",value:function(){this.layerAttributeTexture.upload()}},{key:"process",value:function(R,I,A,N,D){var F=I*this.STRIDE;if(A.visibility==="hidden"){for(var z=F+this.STRIDE;F<z;F++)this.floats[F]=0;this.floats[I*this.STRIDE]=Vi;return}this.processVisibleItem(ct(R),F,A,N,D)}},{key:"processVisibleItem",value:function(R,I,A,N,D){var F,z=this.floats,G=this.ints;if(z[I++]=N,G[I++]=R,z[I++]=(F=A.opacity)!==null&&F!==void 0?F:1,_.floatsPerItem!==0){var C=this.packedAttributeData;$n(this.attrDescriptors,A,C,A.color,this.layerLifecycles,0),this.layerAttributeTexture.updateAllAttributes(D,C)}}},{key:"setUniforms",value:function(R,I){var A=this,N=I.gl,D=I.uniformLocations;D.u_matrix&&N.uniformMatrix3fv(D.u_matrix,!1,R.matrix),D.u_sizeRatio&&N.uniform1f(D.u_sizeRatio,R.sizeRatio),D.u_correctionRatio&&N.uniform1f(D.u_correctionRatio,R.correctionRatio),D.u_pickingPadding&&N.uniform1f(D.u_pickingPadding,R.nodePickingPadding),D.u_cameraAngle&&N.uniform1f(D.u_cameraAngle,R.cameraAngle),D.u_nodeDataTexture&&N.uniform1i(D.u_nodeDataTexture,R.nodeDataTextureUnit),D.u_nodeDataTextureWidth&&N.uniform1i(D.u_nodeDataTextureWidth,R.nodeDataTextureWidth),D.u_layerAttributeTexture&&(this.layerAttributeTexture.bind(Oe),N.uniform1i(D.u_layerAttributeTexture,Oe)),D.u_layerAttributeTextureWidth&&N.uniform1i(D.u_layerAttributeTextureWidth,this.layerAttributeTexture.getTextureWidth()),D.u_layerAttributeTexelsPerNode&&N.uniform1i(D.u_layerAttributeTexelsPerNode,this.layerAttributeTexture.getTexelsPerItem()),l.forEach(function(F){F.uniforms.forEach(function(z){A.setTypedUniform(z,I)})}),f.forEach(function(F){F.uniforms.forEach(function(z){A.setTypedUniform(z,I)})})}},{key:"render",value:function(R,I,A){this.maybeRegenerateShaders(),se(E,"render",this,3)([R,I,A])}},{key:"renderProgram",value:function(R,I){var A=I.gl,N=I.program;A.useProgram(N),I===this.normalProgram&&this.layerLifecycles.forEach(function(D){var F;(F=D.beforeRender)===null||F===void 0||F.call(D)}),se(E,"renderProgram",this,3)([R,I])}},{key:"kill",value:function(){this.layerLifecycles.forEach(function(A){var N;(N=A.kill)===null||N===void 0||N.call(A)}),this.layerLifecycles.clear();var R=this.normalProgram.gl,I=(x.textureRefCounts.get(R)||1)-1;I<=0?(this.layerAttributeTexture.kill(),x.layerTextures.delete(R),x.textureRefCounts.delete(R)):x.textureRefCounts.set(R,I),se(E,"kill",this,3)([])}}])})(Ye),S(i,"layerTextures",new WeakMap),S(i,"textureRefCounts",new WeakMap),i),T=new x(a,null,t);return{nodeProgram:T,labelProgram:g,backdropProgram:p,labelBackgroundProgram:m,attachmentProgram:v,framePass:b,shapeSlug:c,shapeNameToIndex:l.length>1?d:void 0,shapeGlobalIds:l.length>1?u:void 0}}var Be=6;function $t(a){var n=a.offsets,t=a.specs,e=a.floatsPerItem,r=Object.keys(n);if(r.length===0||e===0)return{uniformDeclarations:"",uniformNames:[],vertexVaryingDeclarations:"",fragmentVaryingDeclarations:"",fetchCode:"",varyingAssignments:""};var i=`
uniform sampler2D u_edgeAttributeTexture;
uniform int u_edgeAttributeTextureWidth;
uniform int u_edgeAttributeTexelsPerEdge;`,o=["u_edgeAttributeTexture","u_edgeAttributeTextureWidth","u_edgeAttributeTexelsPerEdge"],s=r.map(function(h){var g=t[h].size===1?"float":"vec".concat(t[h].size);return"".concat(g," v_").concat(h,";")}),l=s.map(function(h){return"out ".concat(h)}).join(`
`),d=s.map(function(h){return"in ".concat(h)}).join(`
`),u=vt(a,{varPrefix:"attr",baseTexelExpr:"edgeIdx * u_edgeAttributeTexelsPerEdge",textureWidthUniform:"u_edgeAttributeTextureWidth",textureSamplerUniform:"u_edgeAttributeTexture"}),c=u.fetchCode,f=u.varyingAssignments;return{uniformDeclarations:i,uniformNames:o,vertexVaryingDeclarations:l,fragmentVaryingDeclarations:d,fetchCode:c,varyingAssignments:f}}function Pu(a){return`
float findSourceClampT_`.concat(a,`(vec2 source, float sourceSize, int sourceShapeId, float sourceRotateAlign, vec2 target, float margin) {
  float lo = 0.0, hi = 0.5;
  float nodeExtent = sourceSize * u_correctionRatio / u_sizeRatio * 2.0;
  float effectiveSize = 1.0 - u_correctionRatio / nodeExtent;

  // Counter-rotate the query point so viewport-aligned nodes (rotateAlign=0) are
  // clamped against their on-screen orientation; graph-aligned nodes skip it.
  float ca = u_cameraAngle * (1.0 - sourceRotateAlign);
  float rc = cos(ca), rs = sin(ca);
  mat2 rot = mat2(rc, -rs, rs, rc);

  for (int i = 0; i < 12; i++) {
    float mid = (lo + hi) * 0.5;
    vec2 pos = path_`).concat(a,`_position(mid, source, target);
    vec2 localPos = rot * ((pos - source) / nodeExtent);
    float sdf = querySDF(sourceShapeId, localPos, effectiveSize);
    if (sdf < 0.0) lo = mid;
    else hi = mid;
  }

  float pathLen = path_`).concat(a,`_length(source, target);
  float marginT = (margin * u_correctionRatio / u_sizeRatio) / pathLen;
  return (lo + hi) * 0.5 + marginT;
}
`)}function Fu(a){return`
float findTargetClampT_`.concat(a,`(vec2 source, vec2 target, float targetSize, int targetShapeId, float targetRotateAlign, float margin) {
  float lo = 0.5, hi = 1.0;
  float nodeExtent = targetSize * u_correctionRatio / u_sizeRatio * 2.0;
  float effectiveSize = 1.0 - u_correctionRatio / nodeExtent;

  // See findSourceClampT_ for the rotation rationale.
  float ca = u_cameraAngle * (1.0 - targetRotateAlign);
  float rc = cos(ca), rs = sin(ca);
  mat2 rot = mat2(rc, -rs, rs, rc);

  for (int i = 0; i < 12; i++) {
    float mid = (lo + hi) * 0.5;
    vec2 pos = path_`).concat(a,`_position(mid, source, target);
    vec2 localPos = rot * ((pos - target) / nodeExtent);
    float sdf = querySDF(targetShapeId, localPos, effectiveSize);
    if (sdf < 0.0) hi = mid;
    else lo = mid;
  }

  float pathLen = path_`).concat(a,`_length(source, target);
  float marginT = (margin * u_correctionRatio / u_sizeRatio) / pathLen;
  return (lo + hi) * 0.5 - marginT;
}
`)}function Zi(a){return`
// Auto-generated numerical tangent (from position via finite differences)
vec2 path_`.concat(a,`_tangent(float t, vec2 source, vec2 target) {
  float epsilon = 0.001;
  float t1 = max(0.0, t - epsilon);
  float t2 = min(1.0, t + epsilon);
  vec2 p1 = path_`).concat(a,`_position(t1, source, target);
  vec2 p2 = path_`).concat(a,`_position(t2, source, target);
  return normalize(p2 - p1);
}

// Auto-generated normal (perpendicular to tangent)
vec2 path_`).concat(a,`_normal(float t, vec2 source, vec2 target) {
  vec2 tangent = path_`).concat(a,`_tangent(t, source, target);
  return vec2(-tangent.y, tangent.x);
}
`)}function Iu(a){return`
// Auto-generated path length (samples position 16 times)
float path_`.concat(a,`_length(vec2 source, vec2 target) {
  float len = 0.0;
  vec2 prev = path_`).concat(a,`_position(0.0, source, target);
  for (int i = 1; i <= 16; i++) {
    float t = float(i) / 16.0;
    vec2 curr = path_`).concat(a,`_position(t, source, target);
    len += length(curr - prev);
    prev = curr;
  }
  return len;
}
`)}function Nu(a){return`
// Auto-generated closest_t (coarse sample + ternary search)
float path_`.concat(a,`_closest_t(vec2 p, vec2 source, vec2 target) {
  // Coarse search: find best among 10 samples
  float bestT = 0.0;
  float bestDist = 1e10;
  for (int i = 0; i <= 10; i++) {
    float t = float(i) / 10.0;
    vec2 pos = path_`).concat(a,`_position(t, source, target);
    float d = length(p - pos);
    if (d < bestDist) {
      bestDist = d;
      bestT = t;
    }
  }

  // Refine with ternary search
  float lo = max(0.0, bestT - 0.1);
  float hi = min(1.0, bestT + 0.1);
  for (int i = 0; i < 10; i++) {
    float mid1 = lo + (hi - lo) / 3.0;
    float mid2 = hi - (hi - lo) / 3.0;
    float d1 = length(p - path_`).concat(a,`_position(mid1, source, target));
    float d2 = length(p - path_`).concat(a,`_position(mid2, source, target));
    if (d1 < d2) {
      hi = mid2;
    } else {
      lo = mid1;
    }
  }
  return (lo + hi) * 0.5;
}
`)}function Gu(a){return`
// Auto-generated signed distance (via closest_t + normal)
float path_`.concat(a,`_distance(vec2 p, vec2 source, vec2 target) {
  float closestT = path_`).concat(a,`_closest_t(p, source, target);
  vec2 closest = path_`).concat(a,`_position(closestT, source, target);
  vec2 diff = p - closest;
  float dist = length(diff);
  if (dist < 0.0001) return 0.0;

  // Get normal at closest point
  vec2 normal = path_`).concat(a,`_normal(closestT, source, target);
  return dist * sign(dot(diff, normal));
}
`)}function zu(a){return`
// Auto-generated t_at_distance (binary search)
float path_`.concat(a,`_t_at_distance(float targetDist, vec2 source, vec2 target) {
  if (targetDist <= 0.0) return 0.0;

  float totalLen = path_`).concat(a,`_length(source, target);
  if (targetDist >= totalLen) return 1.0;

  // Binary search for t
  float lo = 0.0, hi = 1.0;
  for (int i = 0; i < 12; i++) {
    float mid = (lo + hi) * 0.5;

    // Compute arc length from 0 to mid
    float arcLen = 0.0;
    vec2 prev = path_`).concat(a,`_position(0.0, source, target);
    for (int j = 1; j <= 8; j++) {
      float t = mid * float(j) / 8.0;
      vec2 curr = path_`).concat(a,`_position(t, source, target);
      arcLen += length(curr - prev);
      prev = curr;
    }

    if (arcLen < targetDist) {
      lo = mid;
    } else {
      hi = mid;
    }
  }
  return (lo + hi) * 0.5;
}
`)}function Gn(a,n){var t=new RegExp("\\b(float|vec[234]|void|int|bool)\\s+".concat(n,"\\s*\\("));return t.test(a)}function Qi(a,n){var t=[];return Gn(n,"path_".concat(a,"_length"))||t.push(Iu(a)),Gn(n,"path_".concat(a,"_closest_t"))||t.push(Nu(a)),Gn(n,"path_".concat(a,"_distance"))||t.push(Gu(a)),Gn(n,"path_".concat(a,"_t_at_distance"))||t.push(zu(a)),t.length>0?`
// ============================================================================
// Auto-generated fallback functions (path only provided position)
// ============================================================================
`.concat(t.join(`
`)):""}function Ji(a){var n,t,e,r=a.paths,i=a.layers,o=(n=a.extremities)!==null&&n!==void 0?n:[];if(r.length===0)throw new Error("At least one path is required in 'paths'");if(i.length===0)throw new Error("At least one layer is required in 'layers'");var s=(t=a.defaultHead)!==null&&t!==void 0?t:"none",l=(e=a.defaultTail)!==null&&e!==void 0?e:"none";return{paths:r,extremities:o,layers:i,path:r[0],layer:i[0],defaultHead:s,defaultTail:l}}var eo=WebGL2RenderingContext,Bt=eo.FLOAT,Fi=eo.UNSIGNED_BYTE;function Mu(a,n,t){var e=new Set(["u_matrix","u_sizeRatio","u_correctionRatio","u_zoomRatio","u_pixelRatio","u_cameraAngle","u_minEdgeThickness","u_pickingPadding","u_nodeDataTexture","u_nodeDataTextureWidth","u_edgeDataTexture","u_edgeDataTextureWidth","u_edgeFrameTexture","u_edgeFrameTextureWidth","u_edgeAttributeTexture","u_edgeAttributeTextureWidth","u_edgeAttributeTexelsPerEdge"]),r=new Set(e);return a.forEach(function(i){return i.uniforms.forEach(function(o){return r.add(o.name)})}),n.forEach(function(i){return i.uniforms.forEach(function(o){return r.add(o.name)})}),t.forEach(function(i){return i.uniforms.forEach(function(o){return r.add(o.name)})}),Array.from(r)}function Ua(a){var n=new Set,t=[],e=O(a),r;try{for(e.s();!(r=e.n()).done;){var i=r.value;n.has(i.name)||(n.add(i.name),t.push("// Path: ".concat(i.name)),t.push(i.glsl),t.push(Zi(i.name)),t.push(Qi(i.name,i.glsl)))}}catch(o){e.e(o)}finally{e.f()}return t.join(`

`)}function Ou(a){var n=[],t=O(a),e;try{for(t.s();!(e=t.n()).done;){var r=e.value;n.push("// Extremity: ".concat(r.name)),n.push(r.glsl)}}catch(i){t.e(i)}finally{t.f()}return n.join(`

`)}var Bu=[{queryName:"queryPathPosition",pathFunc:"position",returnType:"vec2",params:"float t, vec2 source, vec2 target",args:"t, source, target"},{queryName:"queryPathTangent",pathFunc:"tangent",returnType:"vec2",params:"float t, vec2 source, vec2 target",args:"t, source, target"},{queryName:"queryPathNormal",pathFunc:"normal",returnType:"vec2",params:"float t, vec2 source, vec2 target",args:"t, source, target"},{queryName:"queryPathLength",pathFunc:"length",returnType:"float",params:"vec2 source, vec2 target",args:"source, target"},{queryName:"queryPathClosestT",pathFunc:"closest_t",returnType:"float",params:"vec2 p, vec2 source, vec2 target",args:"p, source, target"}];function Wu(a,n){var t=n.queryName,e=n.pathFunc,r=n.returnType,i=n.params,o=n.args;if(a.length===1)return"".concat(r," ").concat(t,"(int pathId, ").concat(i,`) {
  return path_`).concat(a[0].name,"_").concat(e,"(").concat(o,`);
}`);var s=a.map(function(l,d){return"    case ".concat(d,": return path_").concat(l.name,"_").concat(e,"(").concat(o,");")}).join(`
`);return"".concat(r," ").concat(t,"(int pathId, ").concat(i,`) {
  switch (pathId) {
`).concat(s,`
    default: return path_`).concat(a[0].name,"_").concat(e,"(").concat(o,`);
  }
}`)}function Ha(a){return Bu.map(function(n){return Wu(a,n)}).join(`

`)}function Uu(a){if(a.length===1)return`float queryExtremitySDF(int extremityId, vec2 uv, float lengthRatio, float widthRatio) {
  return extremity_`.concat(a[0].name,`(uv, lengthRatio, widthRatio);
}`);var n=a.map(function(t,e){return"    case ".concat(e,": return extremity_").concat(t.name,"(uv, lengthRatio, widthRatio);")}).join(`
`);return`float queryExtremitySDF(int extremityId, vec2 uv, float lengthRatio, float widthRatio) {
  switch (extremityId) {
`.concat(n,`
    default: return extremity_`).concat(a[0].name,`(uv, lengthRatio, widthRatio);
  }
}`)}function Hu(a){var n=[],t=O(a),e;try{for(t.s();!(e=t.n()).done;){var r=e.value;n.push(Pu(r.name)),n.push(Fu(r.name))}}catch(s){t.e(s)}finally{t.f()}if(a.length===1)n.push(`
float queryFindSourceClampT(int pathId, vec2 source, float sourceSize, int sourceShapeId, float sourceRotateAlign, vec2 target, float margin) {
  return findSourceClampT_`.concat(a[0].name,`(source, sourceSize, sourceShapeId, sourceRotateAlign, target, margin);
}

float queryFindTargetClampT(int pathId, vec2 source, vec2 target, float targetSize, int targetShapeId, float targetRotateAlign, float margin) {
  return findTargetClampT_`).concat(a[0].name,`(source, target, targetSize, targetShapeId, targetRotateAlign, margin);
}`));else{var i=a.map(function(s,l){return"    case ".concat(l,": return findSourceClampT_").concat(s.name,"(source, sourceSize, sourceShapeId, sourceRotateAlign, target, margin);")}).join(`
`),o=a.map(function(s,l){return"    case ".concat(l,": return findTargetClampT_").concat(s.name,"(source, target, targetSize, targetShapeId, targetRotateAlign, margin);")}).join(`
`);n.push(`
float queryFindSourceClampT(int pathId, vec2 source, float sourceSize, int sourceShapeId, float sourceRotateAlign, vec2 target, float margin) {
  switch (pathId) {
`.concat(i,`
    default: return findSourceClampT_`).concat(a[0].name,`(source, sourceSize, sourceShapeId, sourceRotateAlign, target, margin);
  }
}

float queryFindTargetClampT(int pathId, vec2 source, vec2 target, float targetSize, int targetShapeId, float targetRotateAlign, float margin) {
  switch (pathId) {
`).concat(o,`
    default: return findTargetClampT_`).concat(a[0].name,`(source, target, targetSize, targetShapeId, targetRotateAlign, margin);
  }
}`))}return n.join(`

`)}function $u(a,n,t,e,r){var i=xe([].concat(V(a),V(t))),o=$t(i),s=xt(e,r),l=Object.keys(s.offsets),d=function(w){var E=s.specs[w].size;return E===1?"float":"vec".concat(E)},u=l.map(function(T){return"".concat(d(T)," v_source_").concat(T,`;
`).concat(d(T)," v_target_").concat(T,";")}).join(`
`),c=vt(s,{varPrefix:"srcNodeAttr",baseTexelExpr:"srcIdx * u_layerAttributeTexelsPerNode",textureWidthUniform:"u_layerAttributeTextureWidth",textureSamplerUniform:"u_layerAttributeTexture",outputPrefix:"v_source_"}),f=vt(s,{varPrefix:"tgtNodeAttr",baseTexelExpr:"tgtIdx * u_layerAttributeTexelsPerNode",textureWidthUniform:"u_layerAttributeTextureWidth",textureSamplerUniform:"u_layerAttributeTexture",outputPrefix:"v_target_"}),h=l.map(function(T){return"".concat(d(T)," g_").concat(T,";")}).join(`
`),g=l.map(function(T){return"  g_".concat(T," = v_source_").concat(T,";")}).join(`
`),p=l.map(function(T){return"  g_".concat(T," = v_target_").concat(T,";")}).join(`
`),m=new Set,v=[],b=function(w){m.has(w.name)||(m.add(w.name),v.push("uniform ".concat(w.type," ").concat(w.name,";")))};a.forEach(function(T){return T.uniforms.forEach(b)}),n.forEach(function(T){return T.uniforms.forEach(b)});var y=n.map(function(T){return ie(T.widthFactor)}).join(", "),_=Math.max.apply(Math,V(a.map(function(T){return T.minBodyLengthRatio||0}))),x=`#version 300 es

// Node and edge data textures
uniform sampler2D u_nodeDataTexture;
uniform int u_nodeDataTextureWidth;
uniform sampler2D u_edgeDataTexture;
uniform int u_edgeDataTextureWidth;

// Edge attribute texture (for path-specific attributes like curvature)
`.concat(o.uniformDeclarations,`

// Node attribute texture (for node shape attributes)
uniform sampler2D u_layerAttributeTexture;
uniform int u_layerAttributeTextureWidth;
uniform int u_layerAttributeTexelsPerNode;

// Render params needed for clamping
uniform float u_sizeRatio;
uniform float u_correctionRatio;
uniform float u_cameraAngle;
uniform float u_minEdgeThickness;

// Edge-frame texture dimensions, for scattering each point to its texel
uniform float u_frameTextureWidth;
uniform float u_frameTextureHeight;

// Custom path/extremity uniforms
`).concat(v.join(`
`),`

// Path attribute varyings \u2014 assigned so path functions can read them as globals
`).concat(o.vertexVaryingDeclarations,`

// Node size varyings \u2014 read by path functions like loop
out float v_sourceNodeSize;
out float v_targetNodeSize;

// Node shape attributes per endpoint, and the ones querySDF reads
`).concat(u,`
`).concat(h,`

// Scattered output written to the edge-frame texel: [tStart, tEnd, straightenFactor, pathLength]
out vec4 v_clamp;

// Extremity width factor array (needed for extremityScale computation)
const float EXTREMITY_WIDTH_FACTORS[`).concat(n.length,"] = float[](").concat(y,`);

// Node-data fetch helpers (geometry texel + rotation-flags texel)
`).concat(Fe,`
`).concat(qe,`

// Shape SDFs for node boundary clamping
`).concat(Xd(),`
`).concat(jd(new Set(l)),`

// Path functions
`).concat(Ua(a),`
`).concat(Ha(a),`
`).concat(Hu(a),`

void main() {
  // One point per edge-data row; the row index is the edge-frame texel target.
  int edgeIdx = gl_VertexID;
  int texel0Idx = edgeIdx * 2;
  int texel1Idx = edgeIdx * 2 + 1;
  ivec2 edgeTexCoord0 = ivec2(texel0Idx % u_edgeDataTextureWidth, texel0Idx / u_edgeDataTextureWidth);
  ivec2 edgeTexCoord1 = ivec2(texel1Idx % u_edgeDataTextureWidth, texel1Idx / u_edgeDataTextureWidth);
  vec4 edgeData0 = texelFetch(u_edgeDataTexture, edgeTexCoord0, 0);
  vec4 edgeData1 = texelFetch(u_edgeDataTexture, edgeTexCoord1, 0);

  int srcIdx = int(edgeData0.x);
  int tgtIdx = int(edgeData0.y);
  float a_thickness = edgeData0.z;
  float a_headLengthRatio = edgeData1.x;
  float a_tailLengthRatio = edgeData1.y;
  int pathId = int(edgeData1.z);
  int extremityPacked = int(edgeData1.w);
  int headId = extremityPacked >> 4;
  int tailId = extremityPacked & 15;

  // Fetch path/layer attributes and assign to path-function globals
`).concat(o.fetchCode,`
`).concat(o.varyingAssignments,`

  // Fetch node shape attributes for both endpoints
`).concat(c.fetchCode,`
`).concat(c.varyingAssignments,`
`).concat(f.fetchCode,`
`).concat(f.varyingAssignments,`

  // Fetch node geometry (texel 0) and rotation flags (texel 1).
  vec4 srcNodeData = readNodeData(u_nodeDataTexture, u_nodeDataTextureWidth, srcIdx);
  vec4 tgtNodeData = readNodeData(u_nodeDataTexture, u_nodeDataTextureWidth, tgtIdx);

  vec2 a_source = srcNodeData.xy;
  vec2 a_target = tgtNodeData.xy;
  float a_sourceSize = srcNodeData.z;
  float a_targetSize = tgtNodeData.z;
  float a_sourceShapeId = srcNodeData.w;
  float a_targetShapeId = tgtNodeData.w;
  // Per-node rotation alignment (0 = viewport, 1 = graph), for boundary clamping.
  float a_sourceRotateAlign = readNodeFlags(u_nodeDataTexture, u_nodeDataTextureWidth, srcIdx).r;
  float a_targetRotateAlign = readNodeFlags(u_nodeDataTexture, u_nodeDataTextureWidth, tgtIdx).r;

  v_sourceNodeSize = a_sourceSize;
  v_targetNodeSize = a_targetSize;

  float headLengthRatio = a_headLengthRatio;
  float tailLengthRatio = a_tailLengthRatio;
  float headWidthFactor = EXTREMITY_WIDTH_FACTORS[headId];
  float tailWidthFactor = EXTREMITY_WIDTH_FACTORS[tailId];
  float minBodyLengthRatio = `).concat(ie(_),`;

  // Thickness in WebGL units (needed to compute clamping margin and extremity lengths)
  float pixelsThickness = max(a_thickness, u_minEdgeThickness * u_sizeRatio);
  float webGLThickness = pixelsThickness * u_correctionRatio / u_sizeRatio;

  // SDF clamping: find where the edge body meets the node boundaries. Always
  // searched (ungated) so labels get a true boundary clamp; the body re-applies
  // its extremity gating in-shader.
`).concat(g,`
  float tStart = queryFindSourceClampT(pathId, a_source, a_sourceSize, int(a_sourceShapeId), a_sourceRotateAlign, a_target, 0.0);
`).concat(p,`
  float tEnd = queryFindTargetClampT(pathId, a_source, a_target, a_targetSize, int(a_targetShapeId), a_targetRotateAlign, 0.0);

  // straightenFactor (frame .z) is consumed only by the body, which runs to the
  // node center when an extremity is absent. Derive the straightening math from
  // these gated clamps \u2014 not the ungated boundary ones above \u2014 so it matches the
  // geometry it drives. The ungated tStart/tEnd remain what labels read.
  float bodyTStart = tailLengthRatio > 0.0 ? tStart : 0.0;
  float bodyTEnd = headLengthRatio > 0.0 ? tEnd : 1.0;

  // Path length and zone boundaries (needed for straightening check)
  float pathLength = queryPathLength(pathId, a_source, a_target);
  float visibleLength = pathLength * (bodyTEnd - bodyTStart);

  float headLength = headLengthRatio * webGLThickness;
  float tailLength = tailLengthRatio * webGLThickness;
  float minBodyLength = minBodyLengthRatio * webGLThickness;

  float totalNeededLength = headLength + tailLength + minBodyLength;
  float extremityScale = 1.0;
  if (totalNeededLength > visibleLength && totalNeededLength > 0.0001) {
    extremityScale = visibleLength / totalNeededLength;
    headLength *= extremityScale;
    tailLength *= extremityScale;
  }

  float headLengthT = pathLength > 0.0001 ? headLength / pathLength : 0.0;
  float tailLengthT = pathLength > 0.0001 ? tailLength / pathLength : 0.0;

  float tTailEnd = bodyTStart + tailLengthT;
  float tHeadStart = bodyTEnd - headLengthT;
  if (tTailEnd > tHeadStart) {
    float mid = (bodyTStart + bodyTEnd) * 0.5;
    tTailEnd = mid;
    tHeadStart = mid;
  }

  // Straighten factor: blend toward straight line when path twists in extremity zones
  float straightenFactor = 0.0;
  {
    float maxDeviation = 0.0;
    if (tailLengthT > 0.0001) {
      vec2 tailTang = queryPathTangent(pathId, tTailEnd, a_source, a_target);
      vec2 tailChord = queryPathPosition(pathId, bodyTStart, a_source, a_target)
                     - queryPathPosition(pathId, tTailEnd, a_source, a_target);
      float tailChordLen = length(tailChord);
      if (tailChordLen > 0.0001) {
        maxDeviation = max(maxDeviation, 1.0 - dot(-tailTang, tailChord / tailChordLen));
      }
    }
    if (headLengthT > 0.0001) {
      vec2 headTang = queryPathTangent(pathId, tHeadStart, a_source, a_target);
      vec2 headChord = queryPathPosition(pathId, bodyTEnd, a_source, a_target)
                     - queryPathPosition(pathId, tHeadStart, a_source, a_target);
      float headChordLen = length(headChord);
      if (headChordLen > 0.0001) {
        maxDeviation = max(maxDeviation, 1.0 - dot(headTang, headChord / headChordLen));
      }
    }
    straightenFactor = smoothstep(0.035, 0.5, maxDeviation);
  }

  // When straightening, blend the ungated tStart/tEnd (the label-facing clamps)
  // toward straight-line clamp positions.
  if (straightenFactor > 0.001) {
    if (tailLengthRatio > 0.0) {
`).concat(g,`
      float srcExtent = a_sourceSize * u_correctionRatio / u_sizeRatio * 2.0;
      float srcEffective = 1.0 - u_correctionRatio / srcExtent;
      float srcCa = u_cameraAngle * (1.0 - a_sourceRotateAlign);
      mat2 srcRot = mat2(cos(srcCa), -sin(srcCa), sin(srcCa), cos(srcCa));
      float lo = 0.0, hi = 0.5;
      for (int i = 0; i < 12; i++) {
        float mid = (lo + hi) * 0.5;
        vec2 pos = mix(a_source, a_target, mid);
        vec2 localPos = srcRot * ((pos - a_source) / srcExtent);
        float sdf = querySDF(int(a_sourceShapeId), localPos, srcEffective);
        if (sdf < 0.0) lo = mid; else hi = mid;
      }
      tStart = mix(tStart, (lo + hi) * 0.5, straightenFactor);
    }
    if (headLengthRatio > 0.0) {
`).concat(p,`
      float tgtExtent = a_targetSize * u_correctionRatio / u_sizeRatio * 2.0;
      float tgtEffective = 1.0 - u_correctionRatio / tgtExtent;
      float tgtCa = u_cameraAngle * (1.0 - a_targetRotateAlign);
      mat2 tgtRot = mat2(cos(tgtCa), -sin(tgtCa), sin(tgtCa), cos(tgtCa));
      float lo = 0.5, hi = 1.0;
      for (int i = 0; i < 12; i++) {
        float mid = (lo + hi) * 0.5;
        vec2 pos = mix(a_source, a_target, mid);
        vec2 localPos = tgtRot * ((pos - a_target) / tgtExtent);
        float sdf = querySDF(int(a_targetShapeId), localPos, tgtEffective);
        if (sdf < 0.0) hi = mid; else lo = mid;
      }
      tEnd = mix(tEnd, (lo + hi) * 0.5, straightenFactor);
    }
  }

  v_clamp = vec4(tStart, tEnd, straightenFactor, pathLength);

  // Scatter this point to its edge's texel center in the frame texture.
  float x = mod(float(edgeIdx), u_frameTextureWidth);
  float y = floor(float(edgeIdx) / u_frameTextureWidth);
  vec2 ndc = (vec2(x, y) + 0.5) / vec2(u_frameTextureWidth, u_frameTextureHeight) * 2.0 - 1.0;
  gl_Position = vec4(ndc, 0.0, 1.0);
  gl_PointSize = 1.0;
}
`);return x}var zn=0,Ii=1,Mn=2;function Vu(a,n,t){var e=[];t&&(e.push([zn,0,-1],[zn,0,1]),e.push([zn,1,-1],[zn,1,1]));for(var r=0;r<=a;r++){var i=r/a;e.push([Ii,i,-1],[Ii,i,1])}return n&&(e.push([Mn,0,-1],[Mn,0,1]),e.push([Mn,1,-1],[Mn,1,1])),{data:e,attributes:[{name:"a_zone",size:1,type:Bt},{name:"a_zoneT",size:1,type:Bt},{name:"a_side",size:1,type:Bt}],verticesPerEdge:e.length}}function Xu(a,n,t,e){var r=xe([].concat(V(a),V(t))),i=$t(r),o=new Set(["u_matrix","u_sizeRatio","u_correctionRatio","u_zoomRatio","u_pixelRatio","u_cameraAngle","u_minEdgeThickness","u_pickingPadding","u_nodeDataTexture"]),s=new Set,l=[],d=function(v){!o.has(v.name)&&!s.has(v.name)&&(s.add(v.name),l.push("uniform ".concat(v.type," ").concat(v.name,";")))};a.forEach(function(m){return m.uniforms.forEach(d)}),n.forEach(function(m){return m.uniforms.forEach(d)}),t.forEach(function(m){return m.uniforms.forEach(d)});var u=e.map(function(m){var v=m.size===1?"float":"vec".concat(m.size);return"in ".concat(v," ").concat(m.name,";")}).join(`
`),c=n.map(function(m){return ie(m.widthFactor)}).join(", "),f=Math.max.apply(Math,V(a.map(function(m){return m.minBodyLengthRatio||0}))),h=t.some(function(m){return m.needsNodeColors}),g=a.some(function(m){return m.needsNodeSize}),p=`#version 300 es

// Constant attributes (per vertex)
`.concat(u,`

// Per-edge attributes
// Edge data (source/target indices, thickness, extremity ratios, path/extremity IDs)
// is fetched from edge data texture via edge index
in float a_edgeIndex;   // Index into edge data texture
in vec4 a_color;        // Edge color
in vec4 a_id;           // Edge ID for picking
in float a_opacity;     // Edge opacity

// Standard uniforms
uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_correctionRatio;
uniform float u_zoomRatio;
uniform float u_pixelRatio;
uniform float u_cameraAngle;
uniform float u_minEdgeThickness;
#ifdef PICKING_MODE
uniform float u_pickingPadding;
#endif
uniform sampler2D u_nodeDataTexture;
uniform int u_nodeDataTextureWidth;
uniform sampler2D u_edgeDataTexture;
uniform int u_edgeDataTextureWidth;
uniform sampler2D u_edgeFrameTexture;
uniform int u_edgeFrameTextureWidth;

// Edge path attribute texture uniforms
`).concat(i.uniformDeclarations,`

// Custom uniforms
`).concat(l.join(`
`),`

// Standard varyings
out vec4 v_color;
out float v_opacity;
out vec4 v_id;
out float v_thickness;       // Edge body thickness (in consistent units)
out float v_t;
out float v_tStart;
out float v_tEnd;
out float v_side;
out float v_antialiasingWidth;  // Anti-aliasing width (normalized: u_correctionRatio / thickness)
out vec2 v_source;
out vec2 v_target;
out float v_edgeLength;
`).concat(g?`
out float v_sourceNodeSize;  // Source node size (mirrored in labels/generator.ts as plain float)
out float v_targetNodeSize;  // Target node size (mirrored in labels/generator.ts as plain float)`:"",`
`).concat(h?`
out vec4 v_sourceColor;
out vec4 v_targetColor;`:"",`
// Zone varyings
out float v_zone;            // 0=tail, 1=body, 2=head
out float v_zoneT;           // Position within zone [0,1]
out float v_headLengthRatio; // Head length as ratio of thickness
out float v_tailLengthRatio; // Tail length as ratio of thickness
out float v_headWidthRatio;  // Head width factor
out float v_tailWidthRatio;  // Tail width factor

// Multi-path/extremity varyings
flat out int v_pathId;
flat out int v_headId;
flat out int v_tailId;

// Path/layer attribute varyings (fetched from edge attribute texture)
`).concat(i.vertexVaryingDeclarations,`

const float bias = 255.0 / 254.0;

// Width factor array for extremities (shared pool for head/tail)
const float EXTREMITY_WIDTH_FACTORS[`).concat(n.length,"] = float[](").concat(c,`);

// All path functions
`).concat(Ua(a),`

// Path selector functions
`).concat(Ha(a),`

// Node-data fetch helper (geometry texel of the two-texel node stride)
`).concat(Fe,`
`).concat(h?eu:"",`
// Per-edge clamp from the frame-pass (tStart, tEnd, straightenFactor, pathLength)
`).concat(yt,`

void main() {
  // Fetch edge data from edge texture (2 texels per edge)
  // Texel 0: sourceNodeIndex, targetNodeIndex, thickness, reserved
  // Texel 1: headLengthRatio, tailLengthRatio, pathId, (headId << 4) | tailId
  int edgeIdx = int(a_edgeIndex);

  // Hidden edges are flagged with a negative row by EdgeProgram.process(). Push
  // the whole primitive outside the clip volume: every vertex lands at the same
  // out-of-range position, so it is fully clipped and rasterizes nothing \u2014
  // neither to the frame buffer nor to the picking buffer.
  if (edgeIdx < 0) {
    gl_Position = vec4(2.0, 0.0, 0.0, 1.0);
    v_color = vec4(0.0);
    v_id = vec4(0.0);
    return;
  }

  int texel0Idx = edgeIdx * 2;
  int texel1Idx = edgeIdx * 2 + 1;
  ivec2 edgeTexCoord0 = ivec2(texel0Idx % u_edgeDataTextureWidth, texel0Idx / u_edgeDataTextureWidth);
  ivec2 edgeTexCoord1 = ivec2(texel1Idx % u_edgeDataTextureWidth, texel1Idx / u_edgeDataTextureWidth);
  vec4 edgeData0 = texelFetch(u_edgeDataTexture, edgeTexCoord0, 0);
  vec4 edgeData1 = texelFetch(u_edgeDataTexture, edgeTexCoord1, 0);

  // Unpack edge data
  int srcIdx = int(edgeData0.x);
  int tgtIdx = int(edgeData0.y);
  float a_thickness = edgeData0.z;
  // edgeData0.w is now reserved (curvature moved to path attribute texture)
  float a_headLengthRatio = edgeData1.x;
  float a_tailLengthRatio = edgeData1.y;
  int pathId = int(edgeData1.z);
  int extremityPacked = int(edgeData1.w);
  int headId = extremityPacked >> 4;
  int tailId = extremityPacked & 15;

  // Fetch path/layer attributes from edge attribute texture
`).concat(i.fetchCode,`

  // Assign path/layer attribute varyings
`).concat(i.varyingAssignments,`

  // Fetch source and target node geometry (texel 0 of the two-texel node stride)
  vec4 srcNodeData = readNodeData(u_nodeDataTexture, u_nodeDataTextureWidth, srcIdx);
  vec4 tgtNodeData = readNodeData(u_nodeDataTexture, u_nodeDataTextureWidth, tgtIdx);

  vec2 a_source = srcNodeData.xy;
  vec2 a_target = tgtNodeData.xy;
`).concat(g?`
  // Assign node size varyings early (path functions like loops need them during clamping)
  v_sourceNodeSize = srcNodeData.z;
  v_targetNodeSize = tgtNodeData.z;`:"",`
`).concat(h?`
  v_sourceColor = readNodeColor(u_nodeDataTexture, u_nodeDataTextureWidth, srcIdx);
  v_targetColor = readNodeColor(u_nodeDataTexture, u_nodeDataTextureWidth, tgtIdx);`:"",`

  // Convert thickness to WebGL units
  float minThickness = u_minEdgeThickness;
  float pixelsThickness = max(a_thickness, minThickness * u_sizeRatio);
  float webGLThickness = pixelsThickness * u_correctionRatio / u_sizeRatio;

  // Extremity parameters from ID lookups (shared pool)
  float headLengthRatio = a_headLengthRatio;
  float tailLengthRatio = a_tailLengthRatio;
  float headWidthFactor = EXTREMITY_WIDTH_FACTORS[headId];
  float tailWidthFactor = EXTREMITY_WIDTH_FACTORS[tailId];
  float minBodyLengthRatio = `).concat(ie(f),`;

  // Per-edge values from the frame-pass texture (read by edge index).
  // tStart/tEnd are the ungated boundary clamps: re-apply the body's extremity
  // gating here (no extremity \u2192 body runs to the node center, 0/1).
  vec4 frameClamp = readFrameTexel(u_edgeFrameTexture, u_edgeFrameTextureWidth, edgeIdx);
  float tStart           = a_tailLengthRatio > 0.0 ? frameClamp.x : 0.0;
  float tEnd             = a_headLengthRatio > 0.0 ? frameClamp.y : 1.0;
  float straightenFactor = frameClamp.z;
  float pathLength       = frameClamp.w;

  // Anti-aliasing width (~1 pixel, normalized by thickness)
  float antialiasingWidth = u_correctionRatio / webGLThickness;

  float visibleLength = pathLength * (tEnd - tStart);

  // Compute extremity lengths in world units
  float headLength = headLengthRatio * webGLThickness;
  float tailLength = tailLengthRatio * webGLThickness;
  float minBodyLength = minBodyLengthRatio * webGLThickness;

  // Handle short edges: scale down extremities if needed
  float totalNeededLength = headLength + tailLength + minBodyLength;
  float extremityScale = 1.0;
  if (totalNeededLength > visibleLength && totalNeededLength > 0.0001) {
    extremityScale = visibleLength / totalNeededLength;
    headLength *= extremityScale;
    tailLength *= extremityScale;
  }

  // Convert lengths to t-values
  float headLengthT = pathLength > 0.0001 ? headLength / pathLength : 0.0;
  float tailLengthT = pathLength > 0.0001 ? tailLength / pathLength : 0.0;

  // Zone boundaries in t-space
  float tTailEnd = tStart + tailLengthT;
  float tHeadStart = tEnd - headLengthT;

  // Ensure body has non-negative length
  if (tTailEnd > tHeadStart) {
    float mid = (tStart + tEnd) * 0.5;
    tTailEnd = mid;
    tHeadStart = mid;
  }

  // Convert to webGL units for geometry expansion
  float aaWidthWebGL = antialiasingWidth * webGLThickness;

  // Extra geometry width for picking padding (0 in visual mode)
  #ifdef PICKING_MODE
    float pickingPaddingWebGL = u_pickingPadding * u_correctionRatio;
  #else
    float pickingPaddingWebGL = 0.0;
  #endif

  // Straight-line direction and normal (for blending when straightenFactor > 0)
  vec2 straightDir = length(a_target - a_source) > 0.0001
    ? normalize(a_target - a_source) : vec2(1.0, 0.0);
  vec2 straightNormal = vec2(-straightDir.y, straightDir.x);

  // Zone-based vertex processing using path selectors
  vec2 position;
  vec2 normal;
  float t;
  float zone = a_zone;
  float zoneT = a_zoneT;
  float side = a_side;

  // Scaled extremity width factors (geometry must be at least as wide as body)
  float scaledTailWidth = max(tailWidthFactor * extremityScale, 1.0);
  float scaledHeadWidth = max(headWidthFactor * extremityScale, 1.0);

  if (zone < 0.5) {
    // TAIL ZONE: rectangular quad with scaled width
    vec2 tang = queryPathTangent(pathId, tTailEnd, a_source, a_target);
    normal = vec2(-tang.y, tang.x);
    vec2 centerPos = mix(queryPathPosition(pathId, tStart, a_source, a_target),
                         queryPathPosition(pathId, tTailEnd, a_source, a_target), zoneT);
    float halfWidth = webGLThickness * scaledTailWidth * 0.5 + aaWidthWebGL + pickingPaddingWebGL;
    position = centerPos + normal * side * halfWidth;
    t = mix(tStart, tTailEnd, zoneT);

  } else if (zone < 1.5) {
    // BODY ZONE: follows path curvature with width = 1.0
    t = mix(tTailEnd, tHeadStart, zoneT);
    normal = queryPathNormal(pathId, t, a_source, a_target);
    float halfWidth = webGLThickness * 0.5 + aaWidthWebGL + pickingPaddingWebGL;
    position = queryPathPosition(pathId, t, a_source, a_target) + normal * side * halfWidth;

  } else {
    // HEAD ZONE: rectangular quad with scaled width
    vec2 tang = queryPathTangent(pathId, tHeadStart, a_source, a_target);
    normal = vec2(-tang.y, tang.x);
    vec2 centerPos = mix(queryPathPosition(pathId, tHeadStart, a_source, a_target),
                         queryPathPosition(pathId, tEnd, a_source, a_target), zoneT);
    float halfWidth = webGLThickness * scaledHeadWidth * 0.5 + aaWidthWebGL + pickingPaddingWebGL;
    position = centerPos + normal * side * halfWidth;
    t = mix(tHeadStart, tEnd, zoneT);
  }

  // Blend toward straight line based on path twist in extremity zones
  if (straightenFactor > 0.001) {
    float zoneWidth = zone < 0.5 ? webGLThickness * scaledTailWidth * 0.5 + aaWidthWebGL + pickingPaddingWebGL :
                      zone < 1.5 ? webGLThickness * 0.5 + aaWidthWebGL + pickingPaddingWebGL :
                      webGLThickness * scaledHeadWidth * 0.5 + aaWidthWebGL + pickingPaddingWebGL;
    vec2 straightPos = mix(a_source, a_target, t) + straightNormal * side * zoneWidth;
    position = mix(position, straightPos, straightenFactor);
  }

  gl_Position = vec4((u_matrix * vec3(position, 1.0)).xy, 0.0, 1.0);

  // Pass varyings to fragment shader
  v_color = a_color;
  v_color.a *= bias;
  v_opacity = a_opacity;
  v_id = a_id;
  v_thickness = webGLThickness;
  v_t = t;
  v_tStart = tStart;
  v_tEnd = tEnd;
  v_side = side;
  v_antialiasingWidth = antialiasingWidth;
  v_source = a_source;
  v_target = a_target;
  v_edgeLength = pathLength;

  // Zone varyings
  v_zone = zone;
  v_zoneT = zoneT;
  v_headLengthRatio = headLengthRatio * extremityScale;
  v_tailLengthRatio = tailLengthRatio * extremityScale;
  // Scale extremity width proportionally with length when crushed
  v_headWidthRatio = headWidthFactor * extremityScale;
  v_tailWidthRatio = tailWidthFactor * extremityScale;

  // Multi-path varyings
  v_pathId = pathId;
  v_headId = headId;
  v_tailId = tailId;
}
`);return p}function ju(a,n,t,e){var r=xe([].concat(V(a),V(t))),i=$t(r),o=new Set(["u_matrix","u_sizeRatio","u_correctionRatio","u_zoomRatio","u_pixelRatio","u_cameraAngle","u_minEdgeThickness","u_pickingPadding"]),s=new Set,l=[],d=function(b){!o.has(b.name)&&!s.has(b.name)&&(s.add(b.name),l.push("uniform ".concat(b.type," ").concat(b.name,";")))};a.forEach(function(v){return v.uniforms.forEach(d)}),n.forEach(function(v){return v.uniforms.forEach(d)}),t.forEach(function(v){return v.uniforms.forEach(d)});var u=n.map(function(v){var b;return ie((b=v.baseRatio)!==null&&b!==void 0?b:.5)}).join(", "),c=function(b){var y,_;return n.length>1?"EXTREMITY_BASE_RATIOS[".concat(b,"]"):ie((y=(_=n[0])===null||_===void 0?void 0:_.baseRatio)!==null&&y!==void 0?y:.5)},f=n.some(function(v){return we(v.length)?!0:v.length>0}),h=t.some(function(v){return v.needsNodeColors}),g=a.some(function(v){return v.needsNodeSize}),p=t.map(function(v,b){return"  // Layer ".concat(b+1,": ").concat(v.name,`
  color = blendOver(color, layer_`).concat(v.name,"(context));")}).join(`

`),m=`#version 300 es
precision highp float;

// Standard varyings
in vec4 v_color;
in float v_opacity;
in vec4 v_id;
in float v_thickness;       // Edge body thickness
in float v_t;
in float v_tStart;
in float v_tEnd;
in float v_side;
in float v_antialiasingWidth;  // Anti-aliasing width (normalized: u_correctionRatio / thickness)
in vec2 v_source;
in vec2 v_target;
in float v_edgeLength;
`.concat(g?`
in float v_sourceNodeSize;   // Source node size (mirrored in labels/generator.ts as plain float)
in float v_targetNodeSize;   // Target node size (mirrored in labels/generator.ts as plain float)`:"",`
`).concat(h?`
in vec4 v_sourceColor;
in vec4 v_targetColor;`:"",`
// Zone varyings
in float v_zone;            // 0=tail, 1=body, 2=head
in float v_zoneT;           // Position within zone [0,1]
in float v_headLengthRatio; // Head length as ratio of thickness (scaled for short edges)
in float v_tailLengthRatio; // Tail length as ratio of thickness (scaled for short edges)
in float v_headWidthRatio;  // Head width factor
in float v_tailWidthRatio;  // Tail width factor

// Multi-path/extremity varyings
flat in int v_pathId;
flat in int v_headId;
flat in int v_tailId;

// Path/layer attribute varyings (from vertex shader texture fetch)
`).concat(i.fragmentVaryingDeclarations,`

// Standard uniforms (needed by some path types)
uniform float u_sizeRatio;
uniform float u_correctionRatio;
uniform float u_cameraAngle;
#ifdef PICKING_MODE
uniform float u_pickingPadding;
#endif

// Custom uniforms
`).concat(l.join(`
`),`

// Fragment output (single target - picking handled via separate pass)
out vec4 fragColor;

`).concat(n.length>1?`// Base ratio array for extremities (shared pool for head/tail)
const float EXTREMITY_BASE_RATIOS[`.concat(n.length,"] = float[](").concat(u,");"):"",`

// EdgeContext struct
struct EdgeContext {
  float t;                   // Position along path [0, 1]
  float sdf;                 // Signed distance from centerline
  vec2 position;             // World position
  vec2 tangent;              // Path tangent
  vec2 normal;               // Path normal
  float thickness;           // Edge thickness
  float aaWidth;             // Anti-aliasing width
  float edgeLength;          // Total path length
  float tStart;              // Clamped start t
  float tEnd;                // Clamped end t
  float distanceFromSource;  // Arc distance from source
  float distanceToTarget;    // Arc distance to target
};

EdgeContext context;

// Alpha "over" compositing for layer blending
vec4 blendOver(vec4 bg, vec4 fg) {
  float a = fg.a;
  return vec4(mix(bg.rgb, fg.rgb, a), bg.a + a * (1.0 - bg.a));
}

// All path functions
`).concat(Ua(a),`

// Path selector functions
`).concat(Ha(a),`

// All extremity functions
`).concat(Ou(n),`

// Extremity SDF selector (shared pool for head/tail)
`).concat(Uu(n),`

// Layer functions
`).concat(t.map(function(v){return v.glsl}).join(`

`),`

// Helper: Compute arc length using path selector
float computeArcLengthMulti(int pathId, float t0, float t1, vec2 source, vec2 target, int samples) {
  float arcLen = 0.0;
  vec2 prev = queryPathPosition(pathId, t0, source, target);
  for (int i = 1; i <= samples; i++) {
    float t = t0 + (t1 - t0) * float(i) / float(samples);
    vec2 curr = queryPathPosition(pathId, t, source, target);
    arcLen += length(curr - prev);
    prev = curr;
  }
  return arcLen;
}

void main() {
  // Compute normalized t within visible edge (0 = start, 1 = end)
  float tNorm = (v_t - v_tStart) / max(v_tEnd - v_tStart, 0.0001);

  // Edge body half-thickness
  float halfThickness = v_thickness * 0.5;

  // Convert normalized AA width to webGL units (~1 pixel)
  float aaWidthWebGL = v_antialiasingWidth * v_thickness;

  // Distance from centerline based on v_side interpolation
  float zoneWidthFactor = v_zone < 0.5 ? v_tailWidthRatio :
                          v_zone < 1.5 ? 1.0 :
                          v_headWidthRatio;
  // In PICKING_MODE, inflate halfGeometryWidth to match the inflated vertex geometry
  #ifdef PICKING_MODE
    float halfGeometryWidth = halfThickness * zoneWidthFactor + aaWidthWebGL + u_pickingPadding * aaWidthWebGL;
  #else
    float halfGeometryWidth = halfThickness * zoneWidthFactor + aaWidthWebGL;
  #endif
  float distFromCenter = abs(v_side) * halfGeometryWidth;

  // Populate EdgeContext (for layer functions)
  context.t = tNorm;
  context.sdf = distFromCenter - halfThickness;
  context.position = queryPathPosition(v_pathId, v_t, v_source, v_target);
  context.tangent = queryPathTangent(v_pathId, v_t, v_source, v_target);
  context.normal = vec2(-context.tangent.y, context.tangent.x);
  context.thickness = v_thickness;
  context.aaWidth = aaWidthWebGL;
  context.edgeLength = v_edgeLength;
  context.tStart = v_tStart;
  context.tEnd = v_tEnd;

  // Compute arc distances
  float visibleLength = v_edgeLength * (v_tEnd - v_tStart);
  float pathT = v_t;
  float pathTNorm = tNorm;
`).concat(a.every(function(v){return v.linearParameterization})?`  // All paths have linear parameterization: t maps directly to arc distance
  context.distanceFromSource = pathTNorm * visibleLength;
  context.distanceToTarget = (1.0 - pathTNorm) * visibleLength;`:a.every(function(v){return!v.linearParameterization})?`  // No paths have linear parameterization: use numerical integration
  context.distanceFromSource = computeArcLengthMulti(v_pathId, v_tStart, pathT, v_source, v_target, 16);
  context.distanceToTarget = computeArcLengthMulti(v_pathId, pathT, v_tEnd, v_source, v_target, 16);`:`  // Mixed parameterization: use analytical for linear paths, numerical for others
  if (`.concat(a.filter(function(v){return v.linearParameterization}).map(function(v){return"v_pathId == ".concat(a.indexOf(v))}).join(" || "),`) {
    context.distanceFromSource = pathTNorm * visibleLength;
    context.distanceToTarget = (1.0 - pathTNorm) * visibleLength;
  } else {
    context.distanceFromSource = computeArcLengthMulti(v_pathId, v_tStart, pathT, v_source, v_target, 16);
    context.distanceToTarget = computeArcLengthMulti(v_pathId, pathT, v_tEnd, v_source, v_target, 16);
  }`),`

  // Compute SDF based on zone using extremity selector (shared pool)
  float bodySDF = distFromCenter - halfThickness;
  float finalSDF;

`).concat(f?`  // Base ratios, from baseRatioLookup
  float headBaseRatio = `.concat(c("v_headId"),`;
  float tailBaseRatio = `).concat(c("v_tailId"),`;

  if (v_zone < 0.5) {
    // TAIL ZONE: v_zoneT goes 0 (tip) to 1 (base)
    vec2 uv = vec2((1.0 - v_zoneT) * v_tailLengthRatio, v_side * v_tailWidthRatio * 0.5);
    float tailSDF = queryExtremitySDF(v_tailId, uv, v_tailLengthRatio, v_tailWidthRatio) * v_thickness;

    // Apply union only near base (v_zoneT > 1 - baseRatio)
    if (v_zoneT > 1.0 - tailBaseRatio) {
      finalSDF = min(tailSDF, bodySDF);
    } else {
      finalSDF = tailSDF;
    }
  } else if (v_zone < 1.5) {
    // BODY ZONE: distance from centerline
    finalSDF = bodySDF;
  } else {
    // HEAD ZONE: v_zoneT goes 0 (base) to 1 (tip)
    vec2 uv = vec2(v_zoneT * v_headLengthRatio, v_side * v_headWidthRatio * 0.5);
    float headSDF = queryExtremitySDF(v_headId, uv, v_headLengthRatio, v_headWidthRatio) * v_thickness;

    // Apply union only near base (v_zoneT < baseRatio)
    if (v_zoneT < headBaseRatio) {
      finalSDF = min(headSDF, bodySDF);
    } else {
      finalSDF = headSDF;
    }
  }`):`  // No extremity draws tail/head geometry, so every vertex is body zone.
  finalSDF = bodySDF;`,`

  #ifdef PICKING_MODE
    // Picking pass: output edge ID for pixels within the picking area
    if (finalSDF > u_pickingPadding * aaWidthWebGL) discard;
    fragColor = v_id;
  #else
`).concat(e?`    // Visual pass: anti-aliased edge with layers, edge opacity applied once
    float alpha = smoothstep(aaWidthWebGL, -aaWidthWebGL, finalSDF) * v_opacity;`:`    // Visual pass: hard-edged (no anti-aliasing gradient) edge with layers, edge opacity applied once
    float alpha = (finalSDF < 0.0 ? 1.0 : 0.0) * v_opacity;`,`
    if (alpha < 0.01) discard;

    // Apply layers sequentially with "over" compositing
    vec4 color = vec4(0.0);

`).concat(p,`

    // Mix with transparent to fade both color AND alpha (pre-multiplied alpha for correct blending)
    fragColor = mix(vec4(0.0), color, alpha);
  #endif
}
`);return m}function qu(a,n,t){var e=we(n.length)?!0:n.length>0,r=we(t.length)?!0:t.length>0;if(a.generateConstantData){var i=a.generateConstantData();return{data:i.data,attributes:i.attributes,verticesPerEdge:i.verticesPerEdge}}return Vu(a.segments,e,r)}function Ni(a){var n,t=Ji(a),e=t.paths,r=t.extremities,i=t.layers,o=(n=a.antialias)!==null&&n!==void 0?n:!0,s=new Map,l=new Map,d=new Map,u=O(e),c;try{for(u.s();!(c=u.n()).done;){var f=c.value,h=O(r),g;try{for(h.s();!(g=h.n()).done;){var p=g.value,m=O(r),v;try{for(m.s();!(v=m.n()).done;){var b=v.value,y="".concat(f.name,":").concat(p.name,":").concat(b.name),_=qu(f,p,b);s.set(y,_.verticesPerEdge),l.set(y,_.data);var x=O(_.attributes),T;try{for(x.s();!(T=x.n()).done;){var w=T.value;d.has(w.name)||d.set(w.name,w)}}catch(j){x.e(j)}finally{x.f()}}}catch(j){m.e(j)}finally{m.f()}}}catch(j){h.e(j)}finally{h.f()}}}catch(j){u.e(j)}finally{u.f()}var E=Array.from(d.values()),L={};E.forEach(function(j,q){L[j.name]=q});var R=0,I="",A=O(s),N;try{for(A.s();!(N=A.n()).done;){var D=J(N.value,2),F=D[0],z=D[1];z>R&&(R=z,I=F)}}catch(j){A.e(j)}finally{A.f()}var G=l.get(I)||[],C=I.split(":"),k=J(C,1),M=k[0],$=e.find(function(j){return j.name===M}),H=[];$!=null&&$.generateConstantData?H=$.generateConstantData().attributes:H=[{name:"a_zone"},{name:"a_zoneT"},{name:"a_side"}];var Y=G.map(function(j){var q=new Array(E.length).fill(0);return H.forEach(function(_e,ce){var Le=L[_e.name];Le!==void 0&&ce<j.length&&(q[Le]=j[ce])}),q});return{vertexShader:Xu(e,r,i,E),fragmentShader:ju(e,r,i,o),uniforms:Mu(e,r,i),attributes:Yu(),verticesPerEdge:R,constantData:Y,constantAttributes:E,vertexCountsPerCombination:s,constantDataPerCombination:l}}function Yu(a,n,t){return[{name:"a_edgeIndex",size:1,type:Bt},{name:"a_color",size:4,type:Fi,normalized:!0},{name:"a_id",size:4,type:Fi,normalized:!0},{name:"a_opacity",size:1,type:Bt}]}var Ku=`#version 300 es
precision highp float;

in vec4 v_clamp;

// RGBA32F target: stores (tStart, tEnd, straightenFactor, pathLength).
out vec4 fragColor;

void main() {
  fragColor = v_clamp;
}
`,Zu=(function(){function a(n,t){K(this,a),S(this,"uniformLocations",{});var e=t.paths,r=t.extremities,i=t.layers,o=t.nodeShapes,s=t.nodeLayers;this.gl=n,this.hasAttributeData=xe([].concat(V(e),V(i))).floatsPerItem>0,this.hasNodeAttributeData=Object.keys(xt(o,s).offsets).length>0,this.vertexShader=Na(n,$u(e,r,i,o,s)),this.fragmentShader=Ga(n,Ku),this.program=za(n,[this.vertexShader,this.fragmentShader]);var l=new Set;this.customUniforms=[];for(var d=0,u=[].concat(V(e),V(r));d<u.length;d++){var c=u[d],f=O(c.uniforms),h;try{for(f.s();!(h=f.n()).done;){var g=h.value;l.has(g.name)||(l.add(g.name),this.customUniforms.push(g))}}catch(y){f.e(y)}finally{f.f()}}var p=["u_sizeRatio","u_correctionRatio","u_cameraAngle","u_minEdgeThickness","u_nodeDataTexture","u_nodeDataTextureWidth","u_edgeDataTexture","u_edgeDataTextureWidth","u_edgeAttributeTexture","u_edgeAttributeTextureWidth","u_edgeAttributeTexelsPerEdge","u_layerAttributeTexture","u_layerAttributeTextureWidth","u_layerAttributeTexelsPerNode","u_frameTextureWidth","u_frameTextureHeight"].concat(V(this.customUniforms.map(function(y){return y.name}))),m=O(p),v;try{for(m.s();!(v=m.n()).done;){var b=v.value;this.uniformLocations[b]=n.getUniformLocation(this.program,b)}}catch(y){m.e(y)}finally{m.f()}this.vao=n.createVertexArray()}return Z(a,[{key:"run",value:function(t,e,r,i,o){if(r!==0){var s=this.gl,l=this.uniformLocations;s.useProgram(this.program),s.bindVertexArray(this.vao),l.u_sizeRatio&&s.uniform1f(l.u_sizeRatio,t.sizeRatio),l.u_correctionRatio&&s.uniform1f(l.u_correctionRatio,t.correctionRatio),l.u_cameraAngle&&s.uniform1f(l.u_cameraAngle,t.cameraAngle),l.u_minEdgeThickness&&s.uniform1f(l.u_minEdgeThickness,t.minEdgeThickness),l.u_nodeDataTexture&&s.uniform1i(l.u_nodeDataTexture,t.nodeDataTextureUnit),l.u_nodeDataTextureWidth&&s.uniform1i(l.u_nodeDataTextureWidth,t.nodeDataTextureWidth),l.u_edgeDataTexture&&s.uniform1i(l.u_edgeDataTexture,t.edgeDataTextureUnit),l.u_edgeDataTextureWidth&&s.uniform1i(l.u_edgeDataTextureWidth,t.edgeDataTextureWidth),l.u_frameTextureWidth&&s.uniform1f(l.u_frameTextureWidth,e.getTextureWidth()),l.u_frameTextureHeight&&s.uniform1f(l.u_frameTextureHeight,e.getTextureHeight()),this.hasAttributeData&&i&&(i.bind(Be),l.u_edgeAttributeTexture&&s.uniform1i(l.u_edgeAttributeTexture,Be),l.u_edgeAttributeTextureWidth&&s.uniform1i(l.u_edgeAttributeTextureWidth,i.getTextureWidth()),l.u_edgeAttributeTexelsPerEdge&&s.uniform1i(l.u_edgeAttributeTexelsPerEdge,i.getTexelsPerItem())),this.hasNodeAttributeData&&o&&(o.bind(Oe),l.u_layerAttributeTexture&&s.uniform1i(l.u_layerAttributeTexture,Oe),l.u_layerAttributeTextureWidth&&s.uniform1i(l.u_layerAttributeTextureWidth,o.getTextureWidth()),l.u_layerAttributeTexelsPerNode&&s.uniform1i(l.u_layerAttributeTexelsPerNode,o.getTexelsPerItem()));var d=O(this.customUniforms),u;try{for(d.s();!(u=d.n()).done;){var c=u.value;Wa(s,this.uniformLocations[c.name],c)}}catch(f){d.e(f)}finally{d.f()}e.bindAsRenderTarget(),s.disable(s.BLEND),s.disable(s.DEPTH_TEST),s.drawArrays(s.POINTS,0,r),s.bindFramebuffer(s.FRAMEBUFFER,null),s.bindVertexArray(null)}}},{key:"kill",value:function(){var t=this.gl;t.deleteProgram(this.program),t.deleteShader(this.vertexShader),t.deleteShader(this.fragmentShader),t.deleteVertexArray(this.vao)}}])})();function Mt(a,n,t,e,r,i){if(a.length===1)return"".concat(e," ").concat(n,"(int pathId, ").concat(r,`) {
  return path_`).concat(a[0].name,"_").concat(t,"(").concat(i,`);
}`);var o=a.map(function(s,l){return"    case ".concat(l,": return path_").concat(s.name,"_").concat(t,"(").concat(i,");")}).join(`
`);return"".concat(e," ").concat(n,"(int pathId, ").concat(r,`) {
  switch (pathId) {
`).concat(o,`
    default: return path_`).concat(a[0].name,"_").concat(t,"(").concat(i,`);
  }
}`)}var Qu=`
vec3 computeEdgeLabelBodyBounds(
  float tStart, float tEnd, float pathLength,
  float webGLThickness, float headLengthRatio, float tailLengthRatio
) {
  float visibleLength = pathLength * (tEnd - tStart);

  float headLength = headLengthRatio * webGLThickness;
  float tailLength = tailLengthRatio * webGLThickness;
  float totalNeededLength = headLength + tailLength;
  if (totalNeededLength > visibleLength && totalNeededLength > 0.0001) {
    float extremityScale = visibleLength / totalNeededLength;
    headLength *= extremityScale;
    tailLength *= extremityScale;
  }

  float bodyStartDist = tStart * pathLength + tailLength;
  float bodyEndDist = tEnd * pathLength - headLength;
  return vec3(bodyStartDist, bodyEndDist, max(bodyEndDist - bodyStartDist, 0.0));
}
`;function Ju(a,n){var t=ie(a),e=ie(n);return`
float computeEdgeLabelAlpha(float bodyLength, float textWidthWebGL) {
  float ratio = textWidthWebGL > 0.0001 ? min(bodyLength / textWidthWebGL, 1.0) : 1.0;
  if (ratio < `.concat(t,`) return 0.0;
  if (ratio < `).concat(e,") return (ratio - ").concat(t,") / (").concat(e," - ").concat(t,`);
  return 1.0;
}
`)}var ec=`
float computeEdgeLabelScreenDir(int pathId, float t, vec2 source, vec2 target, mat3 matrix) {
  vec2 tangent = queryPathTangent(pathId, t, source, target);
  return (matrix * vec3(tangent, 0.0)).x < 0.0 ? -1.0 : 1.0;
}
`,tc=`
float computeEdgeLabelPerpOffset(
  float positionMode,
  float halfThickness, float marginWebGL, float halfTextHeight,
  float readingSign, float screenDir
) {
  float magnitude = halfThickness + marginWebGL + halfTextHeight;
  if (positionMode == 1.0) return magnitude * readingSign;
  if (positionMode == 2.0) return -magnitude * readingSign;
  if (positionMode == 3.0) return magnitude * screenDir;
  return 0.0;
}
`;function to(a){var n=a.paths,t=a.minVisibilityThreshold,e=a.fullVisibilityThreshold,r=n.some(function(s){return s.hasSharpCorners}),i=n.map(function(s){return"// --- Path: ".concat(s.name,` ---
`).concat(s.glsl,`

// Tangent/normal functions: analytical if provided, otherwise numerical
`).concat(s.analyticalTangentGlsl||Zi(s.name),`

// Auto-generated fallbacks for any missing path functions
`).concat(Qi(s.name,s.glsl),`

// Corner skip helpers (for paths with sharp corners like step/taxi)
`).concat(s.cornerSkipGlsl||"",`
`)}).join(`
`),o=r?`// Corner function selectors (only some paths have sharp corners)
vec2 queryGetCornerTs(int pathId, vec2 source, vec2 target) {
  switch (pathId) {
`.concat(n.map(function(s,l){return s.hasSharpCorners?"    case ".concat(l,": return path_").concat(s.name,"_getCornerTs(source, target);"):"    case ".concat(l,": return vec2(-1.0, -1.0); // No corners for ").concat(s.name)}).join(`
`),`
    default: return vec2(-1.0, -1.0);
  }
}

vec2 queryGetCornerConcavity(int pathId, vec2 source, vec2 target, float perpOffset) {
  switch (pathId) {
`).concat(n.map(function(s,l){return s.hasSharpCorners?"    case ".concat(l,": return path_").concat(s.name,"_getCornerConcavity(source, target, perpOffset);"):"    case ".concat(l,": return vec2(0.0, 0.0); // No corners for ").concat(s.name)}).join(`
`),`
    default: return vec2(0.0, 0.0);
  }
}`):"";return`
// ============================================================================
// Node data fetch (geometry texel) and per-edge clamp fetch (edge-frame texture)
// ============================================================================

`.concat(Fe,`
`).concat(yt,`

// ============================================================================
// Path Functions (one block per path)
// ============================================================================

`).concat(i,`

// ============================================================================
// Path Query Selectors (dispatch by pathId)
// ============================================================================

`).concat(Mt(n,"queryPathPosition","position","vec2","float t, vec2 source, vec2 target","t, source, target"),`

`).concat(Mt(n,"queryPathTangent","tangent","vec2","float t, vec2 source, vec2 target","t, source, target"),`

`).concat(Mt(n,"queryPathNormal","normal","vec2","float t, vec2 source, vec2 target","t, source, target"),`

`).concat(Mt(n,"queryPathLength","length","float","vec2 source, vec2 target","source, target"),`

`).concat(Mt(n,"queryPathTAtDistance","t_at_distance","float","float dist, vec2 source, vec2 target","dist, source, target"),`

`).concat(o,`

// ============================================================================
// Shared helpers (body bounds, alpha ramp, screen direction, perpendicular offset)
// ============================================================================

`).concat(Qu,`
`).concat(Ju(t,e),`
`).concat(ec,`
`).concat(tc,`
`)}var nc=Ae.fontSize,ac=new Map,no=24,Gi=(no+1)*2;function rc(a){var n=a.paths,t=a.fontSizeMode,e=a.headLengthRatio,r=a.tailLengthRatio,i=a.minVisibilityThreshold,o=a.fullVisibilityThreshold,s=a.keepUpright,l=t==="scaled",d=Re(),u=xe([].concat(V(n),[d])),c=$t(u),f=`#version 300 es

// Per-instance attributes
in float a_edgeIndex;
in float a_edgeAttrIndex;
in float a_baseFontSize;
in float a_totalTextWidth;
in float a_positionMode;
in float a_margin;
in float a_padding;
in vec4 a_color;
in vec4 a_id;

// Per-vertex (constant) attribute: strip vertex index
in float a_vertexIndex;

uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_correctionRatio;
uniform float u_pixelRatio;
uniform float u_cameraAngle;
uniform vec2 u_resolution;
uniform sampler2D u_nodeDataTexture;
uniform int u_nodeDataTextureWidth;
uniform sampler2D u_edgeDataTexture;
uniform int u_edgeDataTextureWidth;
uniform sampler2D u_edgeFrameTexture; // Per-edge clamp (tStart, tEnd, straightenFactor, pathLength)
uniform int u_edgeFrameTextureWidth;
`.concat(l?"uniform float u_zoomSizeRatio;":"",`

`).concat(c.uniformDeclarations,`

out vec4 v_color;
out vec4 v_id;
out float v_alphaModifier;

const float ATLAS_FONT_SIZE = `).concat(ie(nc),`;
const float HEAD_RATIO = `).concat(ie(e),`;
const float TAIL_RATIO = `).concat(ie(r),`;
const int RIBBON_SEGMENTS = `).concat(no,`;

// Path attribute varyings (declared as plain locals since this shader has no FS inputs for them)
`).concat(c.vertexVaryingDeclarations.replace(/out /g,""),`

// Node size variables used by some path functions (self-loops, etc.)
float v_sourceNodeSize;
float v_targetNodeSize;

// Shared preamble: shape SDFs, path functions + selectors, clamp, helpers.
`).concat(to({paths:n,minVisibilityThreshold:i,fullVisibilityThreshold:o}),`

void main() {
  int vIdx = int(a_vertexIndex);
  int pairIdx = vIdx / 2;
  int side = vIdx - pairIdx * 2; // 0 = left/bottom, 1 = right/top

  // --- Fetch edge data (2 texels per edge) ---
  int edgeIdx = int(a_edgeIndex);
  int texel0Idx = edgeIdx * 2;
  int texel1Idx = edgeIdx * 2 + 1;
  ivec2 e0 = ivec2(texel0Idx % u_edgeDataTextureWidth, texel0Idx / u_edgeDataTextureWidth);
  ivec2 e1 = ivec2(texel1Idx % u_edgeDataTextureWidth, texel1Idx / u_edgeDataTextureWidth);
  vec4 edgeData0 = texelFetch(u_edgeDataTexture, e0, 0);
  vec4 edgeData1 = texelFetch(u_edgeDataTexture, e1, 0);

  int srcIdx = int(edgeData0.x);
  int tgtIdx = int(edgeData0.y);
  float thickness = edgeData0.z;
  int pathId = int(edgeData1.z);

  // --- Fetch path attributes (curvature, etc.) ---
  {
    int edgeIdx = int(a_edgeAttrIndex);
`).concat(c.fetchCode,`
`).concat(c.varyingAssignments,`
  }

  // --- Fetch node data: geometry (texel 0) + rotation flags (texel 1) ---
  vec4 srcN = readNodeData(u_nodeDataTexture, u_nodeDataTextureWidth, srcIdx);
  vec4 tgtN = readNodeData(u_nodeDataTexture, u_nodeDataTextureWidth, tgtIdx);

  vec2 source = srcN.xy;
  vec2 target = tgtN.xy;
  float sourceSize = srcN.z;
  float targetSize = tgtN.z;
  v_sourceNodeSize = sourceSize;
  v_targetNodeSize = targetSize;

  // --- Pixel-to-graph conversion (fixed font mode) ---
  float matrixScaleX = length(vec2(u_matrix[0][0], u_matrix[1][0]));
  float pixelToGraph = 2.0 / (matrixScaleX * u_resolution.x);

  float webGLThickness = thickness * u_correctionRatio / u_sizeRatio;

  // --- Body bounds (shared with edge label shader) ---
  vec4 edgeClamp = readFrameTexel(u_edgeFrameTexture, u_edgeFrameTextureWidth, edgeIdx);
  vec3 bodyBounds = computeEdgeLabelBodyBounds(
    edgeClamp.x, edgeClamp.y, edgeClamp.w,
    webGLThickness, HEAD_RATIO, TAIL_RATIO
  );
  float bodyStartDist = bodyBounds.x;
  float bodyEndDist = bodyBounds.y;
  float bodyLength = bodyBounds.z;

  // --- Text dimensions ---
  float baseFontSize = a_baseFontSize;
  `).concat(l?`float fontScale = baseFontSize / ATLAS_FONT_SIZE * u_zoomSizeRatio;
  float textWidthWebGL = a_totalTextWidth * fontScale * u_correctionRatio / u_sizeRatio;
  float halfTextHeight = baseFontSize * 0.35 * u_zoomSizeRatio * u_correctionRatio / u_sizeRatio;
  float marginWebGL = a_margin * u_zoomSizeRatio * u_correctionRatio / u_sizeRatio;`:`float fontScale = baseFontSize / ATLAS_FONT_SIZE;
  float textWidthWebGL = a_totalTextWidth * fontScale * pixelToGraph;
  float halfTextHeight = baseFontSize * 0.35 * pixelToGraph;
  float marginWebGL = a_margin * pixelToGraph;`,`
  float paddingWebGL = a_padding * pixelToGraph;

  // --- Alpha modifier (shared with edge label shader) ---
  float alphaModifier = computeEdgeLabelAlpha(bodyLength, textWidthWebGL);
  if (alphaModifier <= 0.0 || textWidthWebGL <= 0.0) {
    gl_Position = vec4(2.0, 0.0, 0.0, 1.0);
    v_color = vec4(0.0);
    v_id = vec4(0.0);
    v_alphaModifier = 0.0;
    return;
  }

  // --- Perpendicular offset (shared with edge label shader) ---
  float bodyCenterDist = (bodyStartDist + bodyEndDist) * 0.5;
  float centerT = queryPathTAtDistance(pathId, bodyCenterDist, source, target);
  float screenDir = computeEdgeLabelScreenDir(pathId, centerT, source, target, u_matrix);
  float readingSign = `).concat(s?"screenDir":"1.0",`;
  float halfThickness = webGLThickness * 0.5;
  float perpOffset = computeEdgeLabelPerpOffset(
    a_positionMode, halfThickness, marginWebGL, halfTextHeight, readingSign, screenDir
  );

  // --- Ribbon span (clipped to body) ---
  float halfTextWebGL = textWidthWebGL * 0.5;
  float labelStartDist = max(bodyCenterDist - halfTextWebGL, bodyStartDist);
  float labelEndDist = min(bodyCenterDist + halfTextWebGL, bodyEndDist);

  // Sample centerline at this pair, then apply perpendicular offset.
  // The ribbon follows the centerline path (simple & robust); for curved edges
  // this closely matches the offset path the characters sit on.
  float u = float(pairIdx) / float(RIBBON_SEGMENTS);
  float arcDist = mix(labelStartDist, labelEndDist, u);
  float t = queryPathTAtDistance(pathId, arcDist, source, target);
  vec2 pos = queryPathPosition(pathId, t, source, target);
  vec2 tan = queryPathTangent(pathId, t, source, target);
  vec2 perp = vec2(-tan.y, tan.x);

  vec2 centerPos = pos + perp * perpOffset;

  float halfRibbon = halfTextHeight + paddingWebGL;
  float sideSign = side == 0 ? -1.0 : 1.0;
  vec2 ribbonPos = centerPos + perp * (sideSign * halfRibbon);

  vec3 clipPos = u_matrix * vec3(ribbonPos, 1.0);
  gl_Position = vec4(clipPos.xy, 0.0, 1.0);

  v_color = a_color;
  v_id = a_id;
  v_alphaModifier = alphaModifier;
}
`);return f}var ic=`#version 300 es
precision highp float;

in vec4 v_color;
in vec4 v_id;
in float v_alphaModifier;

out vec4 fragColor;

void main() {
#ifdef PICKING_MODE
  if (v_alphaModifier <= 0.0) discard;
  fragColor = v_id;
#else
  float alpha = v_color.a * v_alphaModifier;
  if (alpha <= 0.0) discard;
  fragColor = vec4(v_color.rgb * alpha, alpha);
#endif
}
`;function oc(a,n,t,e){var r=e.shaderConfig,i=r.paths,o=r.fontSizeMode;if(i.length===0)throw new Error("createEdgeLabelBackgroundProgram: shaderConfig must declare at least one path");var s=Re(),l=xe([].concat(V(i),[s])),d=Hn([].concat(V(i),[s]),l),u=rc(r),c=(function(f){function h(g,p,m){var v;return K(this,h),v=ae(this,h,[g,p,m]),S(v,"totalCount",0),S(v,"bufferCapacity",0),S(v,"edgeAttributeTexture",null),v.edgeAttributeTexture=new Un(g,l),v.packedAttributeData=new Float32Array(l.floatsPerItem),v}return re(h,f),Z(h,[{key:"getDefinition",value:function(){for(var p=WebGL2RenderingContext,m=p.FLOAT,v=p.UNSIGNED_BYTE,b=p.TRIANGLE_STRIP,y=[],_=0;_<Gi;_++)y.push([_]);var x=["u_matrix","u_sizeRatio","u_correctionRatio","u_pixelRatio","u_cameraAngle","u_resolution","u_nodeDataTexture","u_nodeDataTextureWidth","u_edgeDataTexture","u_edgeDataTextureWidth","u_edgeFrameTexture","u_edgeFrameTextureWidth"];return o==="scaled"&&x.push("u_zoomSizeRatio"),l.floatsPerItem>0&&x.push("u_edgeAttributeTexture","u_edgeAttributeTextureWidth","u_edgeAttributeTexelsPerEdge"),{VERTICES:Gi,VERTEX_SHADER_SOURCE:u,FRAGMENT_SHADER_SOURCE:ic,METHOD:b,UNIFORMS:x,ATTRIBUTES:[{name:"a_edgeIndex",size:1,type:m},{name:"a_edgeAttrIndex",size:1,type:m},{name:"a_baseFontSize",size:1,type:m},{name:"a_totalTextWidth",size:1,type:m},{name:"a_positionMode",size:1,type:m},{name:"a_margin",size:1,type:m},{name:"a_padding",size:1,type:m},{name:"a_color",size:4,type:v,normalized:!0},{name:"a_id",size:4,type:v,normalized:!0}],CONSTANT_ATTRIBUTES:[{name:"a_vertexIndex",size:1,type:m}],CONSTANT_DATA:y}}},{key:"processEdgeLabelBackground",value:function(p,m,v){var b=0;if(this.edgeAttributeTexture&&l.floatsPerItem>0){b=this.edgeAttributeTexture.allocate(m);var y=this.packedAttributeData;$n(d,v.edgeAttributes,y,"",ac,0),this.edgeAttributeTexture.updateAllAttributes(m,y)}var _=this.floats,x=this.ints,T=p*this.STRIDE;_[T++]=v.edgeIndex,_[T++]=b,_[T++]=v.baseFontSize,_[T++]=v.totalTextWidth,_[T++]=v.positionMode,_[T++]=v.margin,_[T++]=v.padding,_[T++]=v.color,x[T++]=v.id}},{key:"setUniforms",value:function(p,m){var v=m.gl,b=m.uniformLocations;if(v.uniformMatrix3fv(b.u_matrix,!1,p.matrix),v.uniform1f(b.u_sizeRatio,p.sizeRatio),v.uniform1f(b.u_correctionRatio,p.correctionRatio),v.uniform1f(b.u_pixelRatio,p.pixelRatio),v.uniform1f(b.u_cameraAngle,p.cameraAngle),v.uniform2f(b.u_resolution,p.width,p.height),b.u_nodeDataTexture!==void 0&&v.uniform1i(b.u_nodeDataTexture,p.nodeDataTextureUnit),b.u_nodeDataTextureWidth!==void 0&&v.uniform1i(b.u_nodeDataTextureWidth,p.nodeDataTextureWidth),b.u_edgeDataTexture!==void 0&&v.uniform1i(b.u_edgeDataTexture,p.edgeDataTextureUnit),b.u_edgeDataTextureWidth!==void 0&&v.uniform1i(b.u_edgeDataTextureWidth,p.edgeDataTextureWidth),b.u_edgeFrameTexture!==void 0&&v.uniform1i(b.u_edgeFrameTexture,p.edgeFrameTextureUnit),b.u_edgeFrameTextureWidth!==void 0&&v.uniform1i(b.u_edgeFrameTextureWidth,p.edgeFrameTextureWidth),o==="scaled"&&b.u_zoomSizeRatio!==void 0){var y=this.renderer.getSetting("zoomToSizeRatioFunction");v.uniform1f(b.u_zoomSizeRatio,1/y(p.zoomRatio))}this.edgeAttributeTexture&&l.floatsPerItem>0&&b.u_edgeAttributeTexture!==void 0&&(this.edgeAttributeTexture.bind(Be),v.uniform1i(b.u_edgeAttributeTexture,Be),v.uniform1i(b.u_edgeAttributeTextureWidth,this.edgeAttributeTexture.getTextureWidth()),v.uniform1i(b.u_edgeAttributeTexelsPerEdge,this.edgeAttributeTexture.getTexelsPerItem()))}},{key:"renderProgram",value:function(p,m){this.edgeAttributeTexture&&l.floatsPerItem>0&&this.edgeAttributeTexture.upload(),se(h,"renderProgram",this,3)([p,m])}},{key:"kill",value:function(){this.edgeAttributeTexture&&(this.edgeAttributeTexture.kill(),this.edgeAttributeTexture=null),se(h,"kill",this,3)([])}},{key:"drawWebGL",value:function(p,m){var v=m.gl;this.totalCount!==0&&v.drawArraysInstanced(v.TRIANGLE_STRIP,0,this.VERTICES,this.totalCount)}},{key:"reallocate",value:function(p){this.totalCount=p,p>this.bufferCapacity&&(this.bufferCapacity=Math.max(p,Math.ceil(this.bufferCapacity*1.5)||10),se(h,"reallocate",this,3)([this.bufferCapacity]))}}])})(Ye);return new c(a,n,t)}function ao(a){var n,t,e,r,i,o;return{paths:a.paths,headLengthRatio:(n=a.headLengthRatio)!==null&&n!==void 0?n:0,tailLengthRatio:(t=a.tailLengthRatio)!==null&&t!==void 0?t:0,fontSizeMode:(e=a.fontSizeMode)!==null&&e!==void 0?e:"fixed",minVisibilityThreshold:(r=a.minVisibilityThreshold)!==null&&r!==void 0?r:.7,fullVisibilityThreshold:(i=a.fullVisibilityThreshold)!==null&&i!==void 0?i:.8,keepUpright:(o=a.keepUpright)!==null&&o!==void 0?o:!0}}var sc=Ae.fontSize,lc=17/64;function dc(a){var n=a.paths,t=a.hasBorder,e=t===void 0?!1:t,r=a.fontSizeMode,i=r===void 0?"fixed":r,o=a.minVisibilityThreshold,s=o===void 0?.5:o,l=a.fullVisibilityThreshold,d=l===void 0?.6:l,u=a.keepUpright,c=u===void 0?!0:u,f=i==="scaled",h=n.some(function(b){return b.hasSharpCorners}),g=Re(),p=xe([].concat(V(n),[g])),m=$t(p),v=`#version 300 es

// ============================================================================
// Attributes - Per Character (Instanced)
// ============================================================================

// Edge geometry: indices for texture lookup
// Edge data (source/target node indices, thickness, head/tail ratios) is fetched from edge data texture
// Edge path attributes (curvature, etc.) are fetched from edge attribute texture
in float a_edgeIndex;       // Index into edge data texture
in float a_edgeAttrIndex;   // Index into edge attribute texture (for curvature, etc.)
in float a_baseFontSize;    // Base font size in pixels (per-label)

// Character metrics (in glyph units = atlas font size pixels)
in vec4 a_charMetrics;      // (charTextOffset, charAdvance, totalTextWidth, positionMode)
in vec4 a_charDims;         // (charSize.x, charSize.y, charOffset.x, charOffset.y)

// Atlas texture coordinates
in vec4 a_texCoords;        // (x, y, width, height) in atlas pixels

// Label parameters
in vec2 a_labelParams;      // (margin, unused)

// Appearance
in vec4 a_color;            // Character color (RGBA, normalized)
`.concat(e?"in vec4 a_borderColor;      // Border color (RGBA, normalized)":"",`

// ============================================================================
// Attributes - Per Vertex (Constant)
// ============================================================================

in vec2 a_quadCorner;       // Quad corner: (0,0), (1,0), (0,1), (1,1)

// ============================================================================
// Uniforms
// ============================================================================

uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_correctionRatio;
uniform float u_pixelRatio;
uniform float u_cameraAngle;    // Required by node shape SDFs
// u_sdfBufferPixels kept for ABI compatibility but unused in shader
uniform float u_sdfBufferPixels;
uniform vec2 u_resolution;
uniform vec2 u_atlasSize;
uniform sampler2D u_nodeDataTexture; // Shared texture with node position/size/shape data
uniform int u_nodeDataTextureWidth;  // Width of 2D node data texture for coordinate calculation
uniform sampler2D u_edgeDataTexture; // Shared texture with edge data
uniform int u_edgeDataTextureWidth;  // Width of 2D edge data texture for coordinate calculation
uniform sampler2D u_edgeFrameTexture; // Per-edge clamp (tStart, tEnd, straightenFactor, pathLength)
uniform int u_edgeFrameTextureWidth;
`).concat(f?"uniform float u_zoomSizeRatio;  // Zoom-based size ratio from zoomToSizeRatioFunction":"",`

// Edge path attribute texture uniforms (for curvature and other path attributes)
`).concat(m.uniformDeclarations,`

// ============================================================================
// Varyings
// ============================================================================

out vec2 v_texCoord;
out vec4 v_color;
`).concat(e?"out vec4 v_borderColor;":"",`
out float v_edgeFade;  // 0 = fully visible, 1 = fully faded (outside body)
out float v_alphaModifier;  // 0-1 based on label visibility ratio
out float v_fontScale;  // Ratio of rendered font size to atlas font size
`).concat(e?"out float v_positionMode;  // Position mode for conditional border (0=over needs border)":"",`

// ============================================================================
// Constants
// ============================================================================

const float bias = 255.0 / 254.0;
const float FADE_WIDTH_PIXELS = 15.0;  // Width of fade gradient in pixels
const float ATLAS_FONT_SIZE = `).concat(ie(sc),`;  // Base font size used in SDF atlas
const float VERTICAL_CENTER_RATIO = `).concat(ie(lc),`;  // Baseline to visual center ratio

// ============================================================================
// Path Attribute Variables (set in main, used by path functions)
// ============================================================================
// Path attributes are fetched from the edge attribute texture and stored in
// variables with v_ prefix (e.g., v_curvature) for path functions to access.
`).concat(m.vertexVaryingDeclarations.replace(/out /g,""),`

// Node size variables (set in main, used by some path functions like loops).
// These mirror the v_sourceNodeSize / v_targetNodeSize varyings in generator.ts,
// but are plain floats here since the label shader is vertex-only.
float v_sourceNodeSize;
float v_targetNodeSize;

// Shared preamble: shape SDFs, path functions + selectors, clamp, helpers.
`).concat(to({paths:n,minVisibilityThreshold:s,fullVisibilityThreshold:d}),`

// ============================================================================
// Main
// ============================================================================

void main() {
  // -------------------------------------------------------------------------
  // Fetch edge data from edge texture (2 texels per edge)
  // -------------------------------------------------------------------------
  // Texel 0: sourceNodeIndex, targetNodeIndex, thickness, reserved
  // Texel 1: headLengthRatio, tailLengthRatio, pathId, extremityIds
  int edgeIdx = int(a_edgeIndex);
  int texel0Idx = edgeIdx * 2;
  int texel1Idx = edgeIdx * 2 + 1;
  ivec2 edgeTexCoord0 = ivec2(texel0Idx % u_edgeDataTextureWidth, texel0Idx / u_edgeDataTextureWidth);
  ivec2 edgeTexCoord1 = ivec2(texel1Idx % u_edgeDataTextureWidth, texel1Idx / u_edgeDataTextureWidth);
  vec4 edgeData0 = texelFetch(u_edgeDataTexture, edgeTexCoord0, 0);
  vec4 edgeData1 = texelFetch(u_edgeDataTexture, edgeTexCoord1, 0);

  // Unpack edge data
  int srcIdx = int(edgeData0.x);
  int tgtIdx = int(edgeData0.y);
  float thickness = edgeData0.z;
  // edgeData0.w is reserved
  float headLengthRatio = edgeData1.x;
  float tailLengthRatio = edgeData1.y;
  int pathId = int(edgeData1.z);  // Path type for multi-path support
  float baseFontSize = a_baseFontSize;

  // -------------------------------------------------------------------------
  // Fetch path attributes from edge attribute texture
  // -------------------------------------------------------------------------
  // Note: The fetch code uses 'edgeIdx' variable, so we set it to the attribute texture index
  {
    int edgeIdx = int(a_edgeAttrIndex);  // Use attribute texture index for path attributes
`).concat(m.fetchCode,`
`).concat(m.varyingAssignments,`
  }

  // -------------------------------------------------------------------------
  // Fetch node data from node texture (geometry texel + rotation-flags texel)
  // -------------------------------------------------------------------------
  vec4 srcNodeData = readNodeData(u_nodeDataTexture, u_nodeDataTextureWidth, srcIdx);
  vec4 tgtNodeData = readNodeData(u_nodeDataTexture, u_nodeDataTextureWidth, tgtIdx);

  vec2 source = srcNodeData.xy;
  vec2 target = tgtNodeData.xy;
  float sourceSize = srcNodeData.z;
  float targetSize = tgtNodeData.z;
  v_sourceNodeSize = sourceSize;
  v_targetNodeSize = targetSize;
  float charTextOffset = a_charMetrics.x;
  float charAdvance = a_charMetrics.y;
  float totalTextWidth = a_charMetrics.z;
  float positionMode = a_charMetrics.w;
  vec2 charSize = a_charDims.xy;
  vec2 charOffset = a_charDims.zw;
  float margin = a_labelParams.x;

  // -------------------------------------------------------------------------
  // Compute pixel-to-graph conversion (for fixed font size mode)
  // -------------------------------------------------------------------------
  // This converts screen pixels to graph units such that N pixels on screen
  // becomes N pixels regardless of zoom level.
  // matrixScaleX is how much the matrix scales graph units to clip space
  float matrixScaleX = length(vec2(u_matrix[0][0], u_matrix[1][0]));
  float pixelToGraph = 2.0 / (matrixScaleX * u_resolution.x);

  // -------------------------------------------------------------------------
  // Step 1: Convert thickness to WebGL units
  // -------------------------------------------------------------------------
  float webGLThickness = thickness * u_correctionRatio / u_sizeRatio;

  // -------------------------------------------------------------------------
  // Step 2: Compute body bounds (truncated at node boundaries + extremities)
  // -------------------------------------------------------------------------
  vec4 edgeClamp = readFrameTexel(u_edgeFrameTexture, u_edgeFrameTextureWidth, edgeIdx);
  vec3 bodyBounds = computeEdgeLabelBodyBounds(
    edgeClamp.x, edgeClamp.y, edgeClamp.w,
    webGLThickness, headLengthRatio, tailLengthRatio
  );
  float bodyStartDist = bodyBounds.x;
  float bodyEndDist = bodyBounds.y;
  float bodyLength = bodyBounds.z;

  // -------------------------------------------------------------------------
  // Step 3: Compute font scale and text dimensions
  // -------------------------------------------------------------------------
  // Font size modes:
  // - "fixed": Constant pixel size regardless of zoom, using pixelToGraph conversion
  // - "scaled": Scales with zoom using zoomToSizeRatioFunction
  `).concat(f?`// Scaled mode: font scales with zoom
  float fontScale = baseFontSize / ATLAS_FONT_SIZE * u_zoomSizeRatio;
  // Convert glyph-unit metrics to WebGL units (scales with zoom)
  float textWidthWebGL = totalTextWidth * fontScale * u_correctionRatio / u_sizeRatio;
  float charOffsetWebGL = charTextOffset * fontScale * u_correctionRatio / u_sizeRatio;
  float charAdvanceWebGL = charAdvance * fontScale * u_correctionRatio / u_sizeRatio;`:`// Fixed mode: font stays constant in screen pixels
  float fontScale = baseFontSize / ATLAS_FONT_SIZE;
  // Convert glyph-unit metrics to graph units using pixelToGraph (zoom-independent)
  float textWidthWebGL = totalTextWidth * fontScale * pixelToGraph;
  float charOffsetWebGL = charTextOffset * fontScale * pixelToGraph;
  float charAdvanceWebGL = charAdvance * fontScale * pixelToGraph;`,`

  // Font scale varying for fragment shader gamma scaling.
  // Ratio of rendered font size to atlas font size \u2014 used to tighten the
  // anti-aliasing band for large labels so they stay sharp.
  v_fontScale = fontScale;

  // -------------------------------------------------------------------------
  // Step 4: Alpha modifier from how much of the label fits in the body
  // -------------------------------------------------------------------------
  float alphaModifier = computeEdgeLabelAlpha(bodyLength, textWidthWebGL);

  // -------------------------------------------------------------------------
  // Step 5: Compute character center offset (truncation check moved to after curvature adjustment)
  // -------------------------------------------------------------------------
  // Body center in arc distance
  float bodyCenterDist = (bodyStartDist + bodyEndDist) * 0.5;

  float centerT = queryPathTAtDistance(pathId, bodyCenterDist, source, target);
  float screenDir = computeEdgeLabelScreenDir(pathId, centerT, source, target, u_matrix);

  // Reversed labels lay their characters out from target to source
  float readingSign = `).concat(c?"screenDir":"1.0",`;

  // Character center position relative to label center (on centerline, before curvature adjustment)
  float charCenterOffset = readingSign * (charOffsetWebGL + charAdvanceWebGL * 0.5 - textWidthWebGL * 0.5);

  // -------------------------------------------------------------------------
  // Step 6: Compute perpendicular offset based on position mode
  // -------------------------------------------------------------------------
  // Position modes: 0=over, 1=above, 2=below, 3=auto
  // Needed early for curvature-adaptive character spacing in Step 7
  float halfThickness = webGLThickness * 0.5;
  `).concat(f?`// Scaled mode: margin and text height scale with zoom (same factor as font)
  float marginWebGL = margin * u_zoomSizeRatio * u_correctionRatio / u_sizeRatio;
  float halfTextHeight = baseFontSize * 0.35 * u_zoomSizeRatio * u_correctionRatio / u_sizeRatio;`:`// Fixed mode: margin and text height stay constant in screen pixels
  float marginWebGL = margin * pixelToGraph;
  float halfTextHeight = baseFontSize * 0.35 * pixelToGraph;`,`
  float perpOffset = computeEdgeLabelPerpOffset(
    positionMode, halfThickness, marginWebGL, halfTextHeight, readingSign, screenDir
  );

  // -------------------------------------------------------------------------
  // Step 7: Position character on path using offset path traversal
  // -------------------------------------------------------------------------
  // For "over" mode (perpOffset = 0), use simple centerline placement
  // For above/below modes, walk along the offset path to find correct position
  float charT;

  if (perpOffset == 0.0) {
    // Simple case: place on centerline
    float charArcDist = bodyCenterDist + charCenterOffset;
    charT = queryPathTAtDistance(pathId, charArcDist, source, target);
  } else {
    // Offset path traversal: walk along the offset curve to find character position
    // This ensures even character spacing regardless of curvature

    `).concat(h?`// -----------------------------------------------------------------------
    // Corner skip setup for step/taxi edges with above/below labels
    // -----------------------------------------------------------------------
    // At concave corners (inner side of the bend), characters would bunch up
    // because the offset path has near-zero arc length. We detect corner
    // crossings during the offset path traversal and add skip distance.

    // Get corner t values and concavity
    vec2 cornerTs = queryGetCornerTs(pathId, source, target);
    vec2 concavity = queryGetCornerConcavity(pathId, source, target, perpOffset);

    // Skip distance in graph units, proportional to on-screen font size
    // For fixed mode: use pixelToGraph so gap stays constant regardless of zoom
    // For scaled mode: use the same conversion as text width
    `.concat(f?"float skipDistGraph = STEP_INNER_CORNER_SKIP_FACTOR * baseFontSize * u_zoomSizeRatio * u_correctionRatio / u_sizeRatio;":"float skipDistGraph = STEP_INNER_CORNER_SKIP_FACTOR * baseFontSize * pixelToGraph;",`

    // Corner t values for detecting crossings during traversal
    float corner1T = cornerTs.x;
    float corner2T = cornerTs.y;
    bool corner1IsConcave = concavity.x > 0.5;
    bool corner2IsConcave = concavity.y > 0.5;`):"",`

    // Target distance along offset path from center
    float targetOffsetDist = abs(charCenterOffset);

    // Handle center character (charCenterOffset \u2248 0) - no search needed
    if (targetOffsetDist < 0.0001) {
      charT = centerT;
    } else {
      vec2 centerPos = queryPathPosition(pathId, centerT, source, target);
      vec2 centerNormal = queryPathNormal(pathId, centerT, source, target);
      vec2 offsetCenter = centerPos + centerNormal * perpOffset;

      float searchDir = charCenterOffset > 0.0 ? 1.0 : -1.0;

      // Search bounds (t values for body start and end)
      float tBodyStart = queryPathTAtDistance(pathId, bodyStartDist, source, target);
      float tBodyEnd = queryPathTAtDistance(pathId, bodyEndDist, source, target);

      // Walk along offset path to find character position
      float accumDist = 0.0;
      vec2 prevOffsetPos = offsetCenter;
      float prevT = centerT;
      float foundT = centerT;

      // Search range depends on direction
      float tSearchEnd = searchDir > 0.0 ? tBodyEnd : tBodyStart;

      `).concat(h?`// Track which concave corners we've crossed to add skip distance
      bool crossedCorner1 = false;
      bool crossedCorner2 = false;
      float effectiveTargetDist = targetOffsetDist;`:"",`

      const int STEPS = 32;
      for (int i = 1; i <= STEPS; i++) {
        // Step along centerline t, from center toward target
        float stepT = centerT + searchDir * float(i) * abs(tSearchEnd - centerT) / float(STEPS);

        `).concat(h?`// Check for concave corner crossings and add skip distance
        // Corner 1 crossing check
        if (corner1IsConcave && !crossedCorner1) {
          bool crossingCorner1 = (searchDir > 0.0)
            ? (prevT < corner1T && stepT >= corner1T)
            : (prevT > corner1T && stepT <= corner1T);
          if (crossingCorner1) {
            crossedCorner1 = true;
            effectiveTargetDist += skipDistGraph;
          }
        }

        // Corner 2 crossing check
        if (corner2IsConcave && !crossedCorner2) {
          bool crossingCorner2 = (searchDir > 0.0)
            ? (prevT < corner2T && stepT >= corner2T)
            : (prevT > corner2T && stepT <= corner2T);
          if (crossingCorner2) {
            crossedCorner2 = true;
            effectiveTargetDist += skipDistGraph;
          }
        }`:"",`

        // Compute offset position at this t
        vec2 stepPos = queryPathPosition(pathId, stepT, source, target);
        vec2 stepNormal = queryPathNormal(pathId, stepT, source, target);
        vec2 offsetPos = stepPos + stepNormal * perpOffset;

        // Distance along offset path
        float segDist = length(offsetPos - prevOffsetPos);

        `).concat(h?`if (accumDist + segDist >= effectiveTargetDist) {
          // Interpolate within segment to find exact t
          float remaining = effectiveTargetDist - accumDist;
          float segT = remaining / max(segDist, 0.0001);
          foundT = mix(prevT, stepT, segT);
          break;
        }`:`if (accumDist + segDist >= targetOffsetDist) {
          // Interpolate within segment to find exact t
          float remaining = targetOffsetDist - accumDist;
          float segT = remaining / max(segDist, 0.0001);
          foundT = mix(prevT, stepT, segT);
          break;
        }`,`

        accumDist += segDist;
        prevOffsetPos = offsetPos;
        prevT = stepT;
        // Update foundT to last valid position in case loop exhausts without finding target
        foundT = stepT;
      }

      charT = foundT;
    }
  }

  // Get position and tangent at final character position
  vec2 pathPos = queryPathPosition(pathId, charT, source, target);
  vec2 tangent = queryPathTangent(pathId, charT, source, target);

  // Compute perpendicular direction (90 degrees from tangent)
  vec2 perpDir = vec2(-tangent.y, tangent.x);

  // Apply perpendicular offset to path position
  vec2 offsetPathPos = pathPos + perpDir * perpOffset;

  // -------------------------------------------------------------------------
  // Step 8: Build character quad
  // -------------------------------------------------------------------------
  // Character size in screen pixels
  vec2 charSizePixels = charSize * fontScale;

  // Character offset from origin to the atlas region's top-left corner.
  // bearingX/bearingY already include the SDF buffer.
  vec2 charOffsetPixels = charOffset * fontScale;

  // The character's local X offset from pathPos (which is at character center)
  float charLocalX = -charAdvance * 0.5 * fontScale;

  // Build quad position:
  // - Start at character origin (charLocalX on X axis, 0 on Y axis = baseline)
  // - Add bearing offset to get to atlas region corner
  // - Add quad corner * size to get vertex position
  vec2 quadPos;
  quadPos.x = charLocalX + charOffsetPixels.x + a_quadCorner.x * charSizePixels.x;
  // charOffset.y = -bearingY (negated), so -charOffsetPixels.y = bearingY * fontScale
  // (distance from baseline to atlas region top, positive = upward)
  // Quad corner (0,0) = bottom-left, (1,1) = top-right
  quadPos.y = -charOffsetPixels.y - charSizePixels.y * (1.0 - a_quadCorner.y);

  // Center vertically on the path by offsetting by half the visual text height
  // VERTICAL_CENTER_RATIO is the distance from baseline to visual center as a ratio of atlas font size
  float verticalCenterOffset = VERTICAL_CENTER_RATIO * ATLAS_FONT_SIZE * fontScale;
  quadPos.y -= verticalCenterOffset;

  // -------------------------------------------------------------------------
  // Step 9: Rotate quad to align with tangent
  // -------------------------------------------------------------------------
  // Rotation matrix from the reading direction
  // readingDir = (cos(angle), sin(angle)), so we can build rotation directly
  vec2 readingDir = tangent * readingSign;
  mat2 rotation = mat2(readingDir.x, readingDir.y, -readingDir.y, readingDir.x);

  // Convert pixel offset to WebGL units for rotation
  `).concat(f?"vec2 quadPosWebGL = quadPos * u_correctionRatio / u_sizeRatio; // Scaled mode":"vec2 quadPosWebGL = quadPos * pixelToGraph; // Fixed mode: use pixelToGraph for zoom-independent size",`

  // Rotate around character center on path
  vec2 rotatedOffset = rotation * quadPosWebGL;

  // Final position in graph space (using offset path position for above/below modes)
  vec2 worldPos = offsetPathPos + rotatedOffset;

  // -------------------------------------------------------------------------
  // Step 10: Transform to clip space
  // -------------------------------------------------------------------------
  vec3 clipPos = u_matrix * vec3(worldPos, 1.0);
  gl_Position = vec4(clipPos.xy, 0.0, 1.0);

  // -------------------------------------------------------------------------
  // Step 11: Texture coordinates
  // -------------------------------------------------------------------------
  // Flip Y for texture coordinates (texture Y goes down, quad Y goes up)
  vec2 texCorner = vec2(a_quadCorner.x, 1.0 - a_quadCorner.y);
  v_texCoord = (a_texCoords.xy + texCorner * a_texCoords.zw) / u_atlasSize;

  // -------------------------------------------------------------------------
  // Step 12: Pass color, border color, and alpha modifier
  // -------------------------------------------------------------------------
  v_color = a_color;
  v_color.a *= bias;
`).concat(e?`  v_borderColor = a_borderColor;
  v_borderColor.a *= bias;
  v_positionMode = positionMode;`:"",`
  v_alphaModifier = alphaModifier;

  // -------------------------------------------------------------------------
  // Step 13: Compute edge fade for soft truncation
  // -------------------------------------------------------------------------
  // Convert fade width from pixels to WebGL units
  `).concat(f?"float fadeWidthWebGL = FADE_WIDTH_PIXELS * u_correctionRatio / u_sizeRatio;":"float fadeWidthWebGL = FADE_WIDTH_PIXELS * pixelToGraph;",`

  // Compute the arc position of THIS VERTEX (not just character center)
  // The quad extends from charCenter - advance/2 to charCenter + advance/2
  // a_quadCorner.x is 0 for left edge, 1 for right edge
  float vertexLocalOffset = readingSign * (a_quadCorner.x - 0.5) * charAdvanceWebGL;
  float vertexArcOffset = charCenterOffset + vertexLocalOffset;

  // Compute distance from body edges (positive = inside body, negative = outside)
  float halfBody = bodyLength * 0.5;
  float distFromStart = vertexArcOffset + halfBody;  // Distance from body start edge
  float distFromEnd = halfBody - vertexArcOffset;    // Distance from body end edge
  float distFromEdge = min(distFromStart, distFromEnd);

  // Compute fade: 0 = fully visible (deep inside body), 1 = fully faded (at body edge)
  // Fade goes from 0 (at 2*fadeWidth inside) to 1 (at body edge)
  // This ensures text is fully transparent before reaching extremities
  v_edgeFade = 1.0 - smoothstep(0.0, fadeWidthWebGL * 2.0, distFromEdge);
}
`);return v}function uc(){var a=arguments.length>0&&arguments[0]!==void 0?arguments[0]:{},n=a.hasBorder,t=n===void 0?!1:n,e=`#version 300 es
precision highp float;

in vec2 v_texCoord;
in vec4 v_color;
`.concat(t?"in vec4 v_borderColor;":"",`
in float v_edgeFade;  // 0 = fully visible, 1 = fully faded
in float v_alphaModifier;  // 0-1 based on label visibility ratio
in float v_fontScale;  // Ratio of rendered font size to atlas font size
`).concat(t?"in float v_positionMode;  // Position mode (0=over, 1=above, 2=below, 3=auto)":"",`

uniform sampler2D u_atlas;
uniform float u_gamma;
uniform float u_sdfBuffer;
uniform float u_pixelRatio;
`).concat(t?"uniform float u_borderWidth;  // Border width in SDF units (normalized)":"",`

// Fragment output (single target - picking handled via separate pass)
out vec4 fragColor;

void main() {
  #ifdef PICKING_MODE
    // Edge labels are not pickable - discard all fragments in picking mode
    fragColor = vec4(0.0);
    discard;
  #else
  // SDF stores normalized distance: 0.5 = on edge, >0.5 = inside glyph
  float sdfValue = texture(u_atlas, v_texCoord).a;

  // Edge threshold accounting for SDF buffer padding
  float edge = 1.0 - u_sdfBuffer;

  // Scale gamma inversely with font scale so small labels get a wider AA band
  // (smoother) and large labels get a tighter band (sharper).
  float aaWidth = u_gamma / (u_pixelRatio * v_fontScale);

  // Apply edge fade for soft truncation at body boundaries
  // Also apply visibility-based alpha modifier for short edge labels
  float edgeAlpha = (1.0 - v_edgeFade) * v_alphaModifier;

`).concat(t?`  // Fill alpha: fully opaque inside the glyph
  float fillAlpha = smoothstep(edge - aaWidth, edge + aaWidth, sdfValue);

  // Only apply border for "over" position mode (v_positionMode == 0.0)
  // Labels positioned above/below/auto don't overlap the edge line and don't need borders
  if (v_positionMode < 0.5) {
    // Border rendering: compute alpha for both fill and border regions
    // Border extends from (edge - borderWidth) to edge
    float borderEdge = edge - u_borderWidth;

    // Border alpha: opaque in the border region (between borderEdge and edge)
    float borderAlpha = smoothstep(borderEdge - aaWidth, borderEdge + aaWidth, sdfValue);

    // Composite: fill on top of border
    // Border is visible where borderAlpha > 0 but fillAlpha < 1
    vec3 borderColorPremult = v_borderColor.rgb * v_borderColor.a * borderAlpha * edgeAlpha;
    vec3 fillColorPremult = v_color.rgb * v_color.a * fillAlpha * edgeAlpha;

    // Blend fill over border (fill replaces border where fill is opaque)
    float finalBorderAlpha = borderAlpha * (1.0 - fillAlpha);
    vec3 finalColor = fillColorPremult + v_borderColor.rgb * v_borderColor.a * finalBorderAlpha * edgeAlpha;
    float finalAlpha = (v_color.a * fillAlpha + v_borderColor.a * finalBorderAlpha) * edgeAlpha;

    fragColor = vec4(finalColor, finalAlpha);
  } else {
    // No border for above/below/auto positions - simple text rendering
    float finalAlpha = v_color.a * fillAlpha * edgeAlpha;
    fragColor = vec4(v_color.rgb * finalAlpha, finalAlpha);
  }`:`  // Smooth transition from transparent to opaque at glyph edge
  float alpha = smoothstep(edge - aaWidth, edge + aaWidth, sdfValue);

  // Premultiplied alpha output
  float finalAlpha = v_color.a * alpha * edgeAlpha;
  fragColor = vec4(v_color.rgb * finalAlpha, finalAlpha);`,`
  #endif
}
`);return e}function cc(a){var n=arguments.length>1&&arguments[1]!==void 0?arguments[1]:!1,t=arguments.length>2&&arguments[2]!==void 0?arguments[2]:"fixed",e=["u_matrix","u_sizeRatio","u_correctionRatio","u_pixelRatio","u_cameraAngle","u_sdfBufferPixels","u_resolution","u_atlasSize","u_atlas","u_gamma","u_sdfBuffer","u_nodeDataTexture","u_nodeDataTextureWidth","u_edgeDataTexture","u_edgeDataTextureWidth","u_edgeFrameTexture","u_edgeFrameTextureWidth","u_edgeAttributeTexture","u_edgeAttributeTextureWidth","u_edgeAttributeTexelsPerEdge"];t==="scaled"&&e.push("u_zoomSizeRatio"),n&&e.push("u_borderWidth");var r=O(a),i;try{for(r.s();!(i=r.n()).done;){var o=i.value,s=O(o.uniforms),l;try{for(s.s();!(l=s.n()).done;){var d=l.value;e.includes(d.name)||e.push(d.name)}}catch(u){s.e(u)}finally{s.f()}}}catch(u){r.e(u)}finally{r.f()}return e}function hc(a){var n=a.hasBorder,t=n===void 0?!1:n,e=a.fontSizeMode,r=e===void 0?"fixed":e;return{vertexShader:dc(a),fragmentShader:uc({hasBorder:t}),uniforms:cc(a.paths,t,r)}}var fc=new Map;function gc(a){switch(a){case"over":return 0;case"above":return 1;case"below":return 2;case"auto":return 3;default:return 0}}function pc(a,n,t,e){var r=e.color,i=e.margin,o=e.textBorder,s=ao(e),l=s.paths,d=s.fontSizeMode,u=s.minVisibilityThreshold,c=s.fullVisibilityThreshold,f=s.keepUpright,h=!!o,g=hc({paths:l,hasBorder:h,fontSizeMode:d,minVisibilityThreshold:u,fullVisibilityThreshold:c,keepUpright:f}),p=(function(m){function v(b,y,_){var x;K(this,v),x=ae(this,v,[b,y,_]),S(x,"atlasTexture",null),S(x,"atlasNeedsUpdate",!1),S(x,"refreshTimeout",null),S(x,"labelGlyphCache",new Map),S(x,"edgeAttributeTexture",null);var T=Re();if(x.attributeLayout=xe([].concat(V(l),[T])),x.attrDescriptors=Hn([].concat(V(l),[T]),x.attributeLayout),x.edgeAttributeTexture=new Un(b,x.attributeLayout),x.packedAttributeData=new Float32Array(x.attributeLayout.floatsPerItem),x.atlasManager=new je,x.gamma=.025,x.sdfBuffer=Ae.cutoff,x.atlasTexture=b.createTexture(),!x.atlasTexture)throw new Error("EdgeLabelProgram: failed to create atlas texture");b.bindTexture(b.TEXTURE_2D,x.atlasTexture),b.texParameteri(b.TEXTURE_2D,b.TEXTURE_WRAP_S,b.CLAMP_TO_EDGE),b.texParameteri(b.TEXTURE_2D,b.TEXTURE_WRAP_T,b.CLAMP_TO_EDGE),b.texParameteri(b.TEXTURE_2D,b.TEXTURE_MIN_FILTER,b.LINEAR),b.texParameteri(b.TEXTURE_2D,b.TEXTURE_MAG_FILTER,b.LINEAR),b.bindTexture(b.TEXTURE_2D,null),x.atlasManager.on(je.ATLAS_UPDATED_EVENT,function(){x.atlasNeedsUpdate=!0,x.refreshTimeout!==null&&clearTimeout(x.refreshTimeout),x.refreshTimeout=setTimeout(function(){x.refreshTimeout=null,x.renderer.refresh()},0)});var w={family:"sans-serif",weight:"normal",style:"normal"};return x.defaultFontKey=x.atlasManager.registerFont(w),x}return re(v,m),Z(v,[{key:"getDefinition",value:function(){var y=WebGL2RenderingContext,_=y.FLOAT,x=y.UNSIGNED_BYTE,T=y.TRIANGLE_STRIP,w=new Set,E=[],L=O(l),R;try{for(L.s();!(R=L.n()).done;){var I=R.value,A=O(I.attributes),N;try{for(A.s();!(N=A.n()).done;){var D=N.value,F=D.name.startsWith("a_")?D.name:"a_".concat(D.name);w.has(F)||(w.add(F),E.push({name:F,size:D.size,type:D.type}))}}catch(z){A.e(z)}finally{A.f()}}}catch(z){L.e(z)}finally{L.f()}return{VERTICES:4,VERTEX_SHADER_SOURCE:g.vertexShader,FRAGMENT_SHADER_SOURCE:g.fragmentShader,METHOD:T,UNIFORMS:g.uniforms,ATTRIBUTES:[{name:"a_edgeIndex",size:1,type:_},{name:"a_edgeAttrIndex",size:1,type:_},{name:"a_baseFontSize",size:1,type:_},{name:"a_charMetrics",size:4,type:_},{name:"a_charDims",size:4,type:_},{name:"a_texCoords",size:4,type:_},{name:"a_labelParams",size:2,type:_},{name:"a_color",size:4,type:x,normalized:!0}].concat(V(h?[{name:"a_borderColor",size:4,type:x,normalized:!0}]:[]),V(E.filter(function(z){return!["a_curvature","curvature"].includes(z.name)}))),CONSTANT_ATTRIBUTES:[{name:"a_quadCorner",size:2,type:_}],CONSTANT_DATA:[[0,0],[1,0],[0,1],[1,1]]}}},{key:"prepareLabelGlyphs",value:function(y,_){if(_.hidden||!_.text){this.labelGlyphCache.delete(y);return}var x=_.text,T=_.fontKey||this.defaultFontKey;this.atlasManager.ensureGlyphs(x,T);var w=[],E=[],L=0,R=O(x),I;try{for(R.s();!(I=R.n()).done;){var A=I.value,N=A.codePointAt(0);if(N===void 0){w.push(void 0),E.push(L);continue}var D=this.atlasManager.getGlyph(N,T);w.push(D),E.push(L),D&&(L+=D.advance)}}catch(F){R.e(F)}finally{R.f()}this.labelGlyphCache.set(y,{glyphs:w,xOffsets:E,totalWidth:L})}},{key:"processCharacter",value:function(y,_,x,T){var w,E,L,R=this.floats,I=this.STRIDE,A=y*I,N=this.labelGlyphCache.get(_.parentKey);if(!N||!N.glyphs[T]){for(var D=0;D<I;D++)R[A+D]=0;return}var F=N.glyphs[T],z=N.xOffsets[T],G=v.labelColor,C=G&&Q(G)==="object"&&"color"in G&&G.color?G.color:_.color,k=be(C),M=A;R[M++]=_.edgeIndex,R[M++]=(w=(E=this.edgeAttributeTexture)===null||E===void 0?void 0:E.getIndex(_.parentKey))!==null&&w!==void 0?w:0,R[M++]=_.size,R[M++]=z,R[M++]=F.advance,R[M++]=N.totalWidth,R[M++]=gc(_.position),R[M++]=F.atlasWidth,R[M++]=F.atlasHeight,R[M++]=F.bearingX,R[M++]=-F.bearingY,R[M++]=F.atlasX,R[M++]=F.atlasY,R[M++]=F.atlasWidth,R[M++]=F.atlasHeight;var $=(L=v.labelMargin)!==null&&L!==void 0?L:_.margin;if(R[M++]=$,R[M++]=0,R[M++]=k,h&&o){var H;typeof o.color=="string"?H=o.color:H=o.color.color||"#ffffff",R[M++]=be(H)}var Y=new Set,j=O(l),q;try{for(j.s();!(q=j.n()).done;){var _e=q.value,ce=O(_e.attributes),Le;try{for(ce.s();!(Le=ce.n()).done;){var et=Le.value,wt=et.name.startsWith("a_")?et.name.slice(2):et.name;if(wt!=="curvature"&&!Y.has(wt)){Y.add(wt);for(var Rt=0;Rt<et.size;Rt++)R[M++]=0}}}catch(At){ce.e(At)}finally{ce.f()}}}catch(At){j.e(At)}finally{j.f()}}},{key:"processEdgeLabel",value:function(y,_,x){if(this.prepareLabelGlyphs(y,x),this.edgeAttributeTexture&&!x.hidden&&x.text){this.edgeAttributeTexture.allocate(y);var T=this.packedAttributeData;$n(this.attrDescriptors,x.edgeAttributes,T,"",fc,0),this.edgeAttributeTexture.updateAllAttributes(y,T)}return se(v,"processLabel",this,3)([y,_,x])}},{key:"updateAtlasTexture",value:function(){if(this.atlasNeedsUpdate){var y=this.normalProgram.gl,_=this.atlasManager.getTextures();if(_.length!==0){var x=_[0];y.bindTexture(y.TEXTURE_2D,this.atlasTexture),y.texImage2D(y.TEXTURE_2D,0,y.RGBA,x.width,x.height,0,y.RGBA,y.UNSIGNED_BYTE,x.data),y.bindTexture(y.TEXTURE_2D,null),this.atlasNeedsUpdate=!1}}}},{key:"setUniforms",value:function(y,_){var x=_.gl,T=_.uniformLocations,w=this.atlasManager.getTextures(),E=w.length>0?[w[0].width,w[0].height]:[1,1];if(x.uniformMatrix3fv(T.u_matrix,!1,y.matrix),x.uniform1f(T.u_sizeRatio,y.sizeRatio),x.uniform1f(T.u_correctionRatio,y.correctionRatio),x.uniform1f(T.u_pixelRatio,y.pixelRatio),x.uniform1f(T.u_cameraAngle,y.cameraAngle),x.uniform1f(T.u_sdfBufferPixels,Ae.buffer),x.uniform2f(T.u_resolution,y.width,y.height),x.uniform2f(T.u_atlasSize,E[0],E[1]),x.uniform1f(T.u_gamma,this.gamma),x.uniform1f(T.u_sdfBuffer,this.sdfBuffer),x.activeTexture(x.TEXTURE0),x.bindTexture(x.TEXTURE_2D,this.atlasTexture),x.uniform1i(T.u_atlas,0),T.u_nodeDataTexture!==void 0&&x.uniform1i(T.u_nodeDataTexture,y.nodeDataTextureUnit),T.u_nodeDataTextureWidth!==void 0&&x.uniform1i(T.u_nodeDataTextureWidth,y.nodeDataTextureWidth),T.u_edgeDataTexture!==void 0&&x.uniform1i(T.u_edgeDataTexture,y.edgeDataTextureUnit),T.u_edgeDataTextureWidth!==void 0&&x.uniform1i(T.u_edgeDataTextureWidth,y.edgeDataTextureWidth),T.u_edgeFrameTexture!==void 0&&x.uniform1i(T.u_edgeFrameTexture,y.edgeFrameTextureUnit),T.u_edgeFrameTextureWidth!==void 0&&x.uniform1i(T.u_edgeFrameTextureWidth,y.edgeFrameTextureWidth),h&&o&&T.u_borderWidth!==void 0){var L=o.width/Ae.buffer*this.sdfBuffer;x.uniform1f(T.u_borderWidth,L)}if(this.edgeAttributeTexture&&T.u_edgeAttributeTexture!==void 0&&(this.edgeAttributeTexture.bind(Be),x.uniform1i(T.u_edgeAttributeTexture,Be),x.uniform1i(T.u_edgeAttributeTextureWidth,this.edgeAttributeTexture.getTextureWidth()),x.uniform1i(T.u_edgeAttributeTexelsPerEdge,this.edgeAttributeTexture.getTexelsPerItem())),d==="scaled"&&T.u_zoomSizeRatio!==void 0){var R=this.renderer.getSetting("zoomToSizeRatioFunction"),I=1/R(y.zoomRatio);x.uniform1f(T.u_zoomSizeRatio,I)}}},{key:"renderProgram",value:function(y,_){this.updateAtlasTexture(),this.atlasManager.hasPendingGlyphs()&&(this.atlasManager.flush(),this.updateAtlasTexture()),this.edgeAttributeTexture&&this.edgeAttributeTexture.upload(),se(v,"renderProgram",this,3)([y,_])}},{key:"registerFont",value:function(y){var _=arguments.length>1&&arguments[1]!==void 0?arguments[1]:"normal",x=arguments.length>2&&arguments[2]!==void 0?arguments[2]:"normal";return this.atlasManager.registerFont({family:y,weight:_,style:x})}},{key:"getAtlasManager",value:function(){return this.atlasManager}},{key:"ensureGlyphsReady",value:function(y,_){var x=_||this.defaultFontKey,T=O(y),w;try{for(T.s();!(w=T.n()).done;){var E=w.value;this.atlasManager.ensureGlyphs(E,x)}}catch(L){T.e(L)}finally{T.f()}this.atlasManager.flush()}},{key:"measureLabelAtlasWidth",value:function(y,_){var x=_||this.defaultFontKey;this.atlasManager.ensureGlyphs(y,x),this.atlasManager.hasPendingGlyphs()&&this.atlasManager.flush();var T=0,w=O(y),E;try{for(w.s();!(E=w.n()).done;){var L=E.value,R=L.codePointAt(0);if(R!==void 0){var I=this.atlasManager.getGlyph(R,x);I&&(T+=I.advance)}}}catch(A){w.e(A)}finally{w.f()}return T}},{key:"measureLabel",value:function(y,_,x){var T=this.measureLabelAtlasWidth(y,x),w=_/Ae.fontSize;return{width:T*w,height:_,textHeight:_}}},{key:"kill",value:function(){var y=this.normalProgram.gl;this.refreshTimeout!==null&&(clearTimeout(this.refreshTimeout),this.refreshTimeout=null),this.atlasTexture&&(y.deleteTexture(this.atlasTexture),this.atlasTexture=null),this.edgeAttributeTexture&&(this.edgeAttributeTexture.kill(),this.edgeAttributeTexture=null),this.atlasManager.destroy(),this.labelGlyphCache.clear(),se(v,"kill",this,3)([])}}])})(qi);return S(p,"labelColor",r),S(p,"labelMargin",i),new p(a,n,t)}function vc(){var a=`
// No extremity - always returns positive (outside)
float extremity_none(vec2 uv, float lengthRatio, float widthRatio) {
  return 1.0;
}
`;return{name:"none",glsl:a,length:0,widthFactor:1,margin:0,uniforms:[],attributes:[]}}function ro(a,n,t,e,r,i,o){var s,l,d=Ji(e),u=d.paths,c=d.layers,f=d.defaultHead,h=d.defaultTail,g=[vc()].concat(V(d.extremities)),p={},m={};u.forEach(function(A,N){return p[A.name]=N}),g.forEach(function(A,N){return m[A.name]=N});var v=(s=m[f])!==null&&s!==void 0?s:0,b=(l=m[h])!==null&&l!==void 0?l:0,y=null,_=xe([].concat(V(u),V(c))),x=(function(A){function N(D,F,z){var G;K(this,N),y||(y=Ni({paths:u,extremities:g,layers:c,antialias:r})),G=ae(this,N,[D,F,z]),S(G,"layerLifecycles",new Map),S(G,"needsShaderRegeneration",!1),S(G,"edgeAttributeTexture",null),S(G,"layout",_),S(G,"attrDescriptors",[]),S(G,"lifecycleIndexOffset",u.length),G._pickingBuffer=F,G.edgeAttributeTexture=new Un(D,G.layout),G.packedAttributeData=new Float32Array(G.layout.floatsPerItem),c.forEach(function(k,M){if(k.lifecycle){var $={gl:D,renderer:{refresh:function(){return z.refresh()}},getUniformLocation:function(Y){return D.getUniformLocation(G.normalProgram.program,Y)},requestShaderRegeneration:function(){G.needsShaderRegeneration=!0},requestRefresh:function(){z.refresh()}};G.layerLifecycles.set(M,k.lifecycle($))}}),G.layerLifecycles.forEach(function(k){var M;return(M=k.init)===null||M===void 0?void 0:M.call(k)});var C=new Map;return G.layerLifecycles.forEach(function(k,M){k.getAttributeData&&C.set(u.length+M,k)}),G.attrDescriptors=Hn([].concat(V(u),V(c)),G.layout,C),G}return re(N,A),Z(N,[{key:"getAttributeTexture",value:function(){return this.edgeAttributeTexture}},{key:"resolveEdgeIds",value:function(F,z,G){var C=F,k=0,M=v,$=b,H=z?C.selfLoopPath:G&&C.parallelPath?C.parallelPath:C.path;H&&p[H]!==void 0&&(k=p[H]),C.head&&C.head!=="none"&&m[C.head]!==void 0&&(M=m[C.head]),C.tail&&C.tail!=="none"&&m[C.tail]!==void 0&&($=m[C.tail]);var Y=g[M],j=g[$];return{pathId:k,headId:M,tailId:$,headLengthRatio:we(Y.length)?0:Y.length,tailLengthRatio:we(j.length)?0:j.length}}},{key:"getDefinition",value:function(){var F=WebGL2RenderingContext,z=F.TRIANGLE_STRIP,G=z,C=y;return{VERTICES:C.verticesPerEdge,VERTEX_SHADER_SOURCE:C.vertexShader,FRAGMENT_SHADER_SOURCE:C.fragmentShader,METHOD:G,UNIFORMS:C.uniforms,ATTRIBUTES:C.attributes,CONSTANT_ATTRIBUTES:C.constantAttributes,CONSTANT_DATA:C.constantData}}},{key:"maybeRegenerateShaders",value:function(){var F=this;if(this.needsShaderRegeneration){this.needsShaderRegeneration=!1;var z=c.map(function(Y,j){var q=F.layerLifecycles.get(j);return q!=null&&q.regenerate?q.regenerate():Y});y=Ni({paths:u,extremities:g,layers:z,antialias:this.renderer.getSetting("antialiasEdges")});var G=this.normalProgram.gl,C=this.normalProgram,k=C.program,M=C.buffer,$=C.vertexShader,H=C.fragmentShader;G.deleteProgram(k),G.deleteBuffer(M),G.deleteShader($),G.deleteShader(H),this.normalProgram=this.getProgramInfo("normal",G,y.vertexShader,y.fragmentShader,this._pickingBuffer)}}},{key:"process",value:function(F,z,G,C,k,M){var $=z*this.STRIDE;if(k.visibility==="hidden"||G.visibility==="hidden"||C.visibility==="hidden"){for(var H=$+this.STRIDE;$<H;$++)this.floats[$]=0;this.floats[z*this.STRIDE]=Vi;return}this.processVisibleItem(ct(F),$,G,C,k,M)}},{key:"processVisibleItem",value:function(F,z,G,C,k,M){var $,H=this.floats,Y=this.ints;H[z++]=M,H[z++]=be(k.color),Y[z++]=F,H[z++]=($=k.opacity)!==null&&$!==void 0?$:1;var j=this.packedAttributeData;$n(this.attrDescriptors,k,j,k.color,this.layerLifecycles,this.lifecycleIndexOffset),this.edgeAttributeTexture.updateAllAttributesAtRow(M,j)}},{key:"setUniforms",value:function(F,z){var G=this,C=z.gl,k=z.uniformLocations;k.u_matrix&&C.uniformMatrix3fv(k.u_matrix,!1,F.matrix),k.u_sizeRatio&&C.uniform1f(k.u_sizeRatio,F.sizeRatio),k.u_correctionRatio&&C.uniform1f(k.u_correctionRatio,F.correctionRatio),k.u_zoomRatio&&C.uniform1f(k.u_zoomRatio,F.zoomRatio),k.u_pixelRatio&&C.uniform1f(k.u_pixelRatio,F.pixelRatio),k.u_cameraAngle&&C.uniform1f(k.u_cameraAngle,F.cameraAngle),k.u_feather&&C.uniform1f(k.u_feather,F.antiAliasingFeather),k.u_minEdgeThickness&&C.uniform1f(k.u_minEdgeThickness,F.minEdgeThickness),k.u_pickingPadding&&C.uniform1f(k.u_pickingPadding,F.edgePickingPadding),k.u_nodeDataTexture&&C.uniform1i(k.u_nodeDataTexture,F.nodeDataTextureUnit),k.u_nodeDataTextureWidth&&C.uniform1i(k.u_nodeDataTextureWidth,F.nodeDataTextureWidth),k.u_edgeDataTexture&&C.uniform1i(k.u_edgeDataTexture,F.edgeDataTextureUnit),k.u_edgeDataTextureWidth&&C.uniform1i(k.u_edgeDataTextureWidth,F.edgeDataTextureWidth),k.u_edgeFrameTexture&&C.uniform1i(k.u_edgeFrameTexture,F.edgeFrameTextureUnit),k.u_edgeFrameTextureWidth&&C.uniform1i(k.u_edgeFrameTextureWidth,F.edgeFrameTextureWidth),this.edgeAttributeTexture&&this.layout.floatsPerItem>0&&(this.edgeAttributeTexture.bind(Be),k.u_edgeAttributeTexture&&C.uniform1i(k.u_edgeAttributeTexture,Be),k.u_edgeAttributeTextureWidth&&C.uniform1i(k.u_edgeAttributeTextureWidth,this.edgeAttributeTexture.getTextureWidth()),k.u_edgeAttributeTexelsPerEdge&&C.uniform1i(k.u_edgeAttributeTexelsPerEdge,this.edgeAttributeTexture.getTexelsPerItem()));var M=new Set;u.forEach(function($){$.uniforms.forEach(function(H){M.has(H.name)||(M.add(H.name),G.setTypedUniform(H,z))})}),g.forEach(function($){$.uniforms.forEach(function(H){M.has(H.name)||(M.add(H.name),G.setTypedUniform(H,z))})}),c.forEach(function($){$.uniforms.forEach(function(H){M.has(H.name)||(M.add(H.name),G.setTypedUniform(H,z))})})}},{key:"render",value:function(F,z,G){this.maybeRegenerateShaders(),se(N,"render",this,3)([F,z,G])}},{key:"renderProgram",value:function(F,z){this.layerLifecycles.forEach(function(G){var C;return(C=G.beforeRender)===null||C===void 0?void 0:C.call(G)}),se(N,"renderProgram",this,3)([F,z])}},{key:"uploadAttributeTexture",value:function(){this.edgeAttributeTexture&&this.layout.floatsPerItem>0&&this.edgeAttributeTexture.upload()}},{key:"kill",value:function(){this.layerLifecycles.forEach(function(F){var z;return(z=F.kill)===null||z===void 0?void 0:z.call(F)}),this.edgeAttributeTexture&&(this.edgeAttributeTexture.kill(),this.edgeAttributeTexture=null),se(N,"kill",this,3)([])}}])})(Ye),T=g[v],w=g[b],E=B({paths:u,headLengthRatio:we(T.length)?0:T.length,tailLengthRatio:we(w.length)?0:w.length},e.label),L=ao(E),R=function(){return{labelProgram:pc(a,null,t,E),labelBackgroundProgram:oc(a,n,t,{shaderConfig:L})}},I=new Zu(a,{paths:u,extremities:g,layers:c,nodeShapes:i,nodeLayers:o});return{edgeProgram:new x(a,null,t),createLabelPrograms:R,framePass:I}}function mc(a){return Q(a)==="object"&&"uniforms"in a&&Array.isArray(a.uniforms)}function bc(a){return Q(a)==="object"&&"uniforms"in a&&"attributes"in a&&"glsl"in a}function yc(a){return Q(a)==="object"&&"uniforms"in a&&"attributes"in a&&"segments"in a}function xc(a){return Q(a)==="object"&&"uniforms"in a&&"attributes"in a&&"length"in a}function _c(a){return Q(a)==="object"&&"uniforms"in a&&"attributes"in a&&"glsl"in a}function Tc(a){return Q(a)==="object"&&"glsl"in a&&"name"in a&&!("uniforms"in a)}function Sc(a){return Q(a)==="object"&&"glsl"in a&&"name"in a&&!("uniforms"in a)}function Ec(a){return Q(a)==="object"&&"glsl"in a&&"name"in a&&!("uniforms"in a)}function wc(a){if(mc(a))return a;if(Tc(a))return{name:a.name,glsl:a.glsl,inradiusFactor:a.inradiusFactor,uniforms:[]};throw new Error("Invalid node shape specification: ".concat(JSON.stringify(a)))}function Rc(a){if(bc(a))return a;if(oi(a))return{name:a.name,glsl:a.glsl,uniforms:[],attributes:[]};throw new Error("Invalid node layer specification: ".concat(JSON.stringify(a)))}function Ac(a){if(yc(a))return a;if(Sc(a))return{name:a.name,glsl:a.glsl,segments:a.segments,uniforms:[],attributes:[]};throw new Error("Invalid edge path specification: ".concat(JSON.stringify(a)))}function Dc(a){if(_c(a))return a;if(si(a))return{name:a.name,glsl:a.glsl,uniforms:[],attributes:[]};throw new Error("Invalid edge layer specification: ".concat(JSON.stringify(a)))}function Lc(a){if(xc(a))return a;if(Ec(a))return{name:a.name,glsl:a.glsl,length:a.length,widthFactor:a.widthFactor,margin:0,uniforms:[],attributes:[]};throw new Error("Invalid edge extremity specification: ".concat(JSON.stringify(a)))}function io(a){var n,t,e=(n=a?.shapes)!==null&&n!==void 0?n:Nt.shapes,r=(t=a?.layers)!==null&&t!==void 0?t:Nt.layers,i=e.map(wc),o=r.map(Rc);if(i.length===0)throw new Error("At least one node shape must be specified.");if(o.length===0)throw new Error("At least one node layer must be specified.");return{shapes:i,layers:o}}function Cc(a){var n,t,e,r=(n=a?.paths)!==null&&n!==void 0?n:ht.paths,i=(t=a?.extremities)!==null&&t!==void 0?t:ht.extremities,o=(e=a?.layers)!==null&&e!==void 0?e:ht.layers,s=r.map(Ac),l=i.map(Lc).filter(function(u){return u!==null}),d=o.map(Dc);if(s.length===0)throw new Error("At least one edge path must be specified.");if(d.length===0)throw new Error("At least one edge layer must be specified.");return{paths:s,extremities:l,layers:d}}function oo(a,n){var t={},e=O(a),r;try{for(e.s();!(r=e.n()).done;){var i=r.value;i.variables&&Object.assign(t,i.variables)}}catch(o){e.e(o)}finally{e.f()}return Object.assign(t,n||{}),t}function so(a,n,t,e,r){var i=io(e),o=i.shapes,s=i.layers,l=oo(o,e?.variables),d=Ki(a,n,t,{shapes:o,layers:s,label:e?.label,backdrop:e?.backdrop,labelAttachments:e?.labelAttachments},r);return B(B({},d),{},{variables:l})}function lo(a,n,t,e,r,i){var o=Cc(e),s=o.paths,l=o.extremities,d=o.layers,u=io(i),c=u.shapes,f=u.layers,h=oo(s,e?.variables),g=ro(a,n,t,{paths:s,extremities:l,layers:d,defaultHead:e?.defaultHead,defaultTail:e?.defaultTail,label:e?.label},r,c,f);return B(B({},g),{},{variables:h,paths:s})}var kc=2;function uo(a,n,t){var e=arguments.length>3&&arguments[3]!==void 0?arguments[3]:kc,r=n.canvas,i=r.width,o=r.height,s=t.x,l=t.y,d=t.rowHeight,u=t.maxRowWidth,c={},f=[],h=O(a),g;try{for(h.s();!(g=h.n()).done;){var p=g.value,m=p.width+e,v=p.height+e;if(m>i||v>o||s+m>i&&l+d+v>o){f.push(p);continue}s+m>i&&(u=Math.max(u,s),s=0,l+=d,d=v),p.draw(n,s,l),c[p.key]={x:s,y:l,width:p.width,height:p.height},s+=m,d=Math.max(d,v)}}catch(b){h.e(b)}finally{h.f()}return u=Math.max(u,s),{atlas:c,cursor:{x:s,y:l,rowHeight:d,maxRowWidth:u},remaining:f}}function he(a,n,t,e){var r=Object.defineProperty;try{r({},"",{})}catch{r=0}he=function(i,o,s,l){function d(u,c){he(i,u,function(f){return this._invoke(u,c,f)})}o?r?r(i,o,{value:s,enumerable:!l,configurable:!l,writable:!l}):i[o]=s:(d("next",0),d("throw",1),d("return",2))},he(a,n,t,e)}function fe(){var a,n,t=typeof Symbol=="function"?Symbol:{},e=t.iterator||"@@iterator",r=t.toStringTag||"@@toStringTag";function i(h,g,p,m){var v=g&&g.prototype instanceof s?g:s,b=Object.create(v.prototype);return he(b,"_invoke",(function(y,_,x){var T,w,E,L=0,R=x||[],I=!1,A={p:0,n:0,v:a,a:N,f:N.bind(a,4),d:function(D,F){return T=D,w=0,E=a,A.n=F,o}};function N(D,F){for(w=D,E=F,n=0;!I&&L&&!z&&n<R.length;n++){var z,G=R[n],C=A.p,k=G[2];D>3?(z=k===F)&&(E=G[(w=G[4])?5:(w=3,3)],G[4]=G[5]=a):G[0]<=C&&((z=D<2&&C<G[1])?(w=0,A.v=F,A.n=G[1]):C<k&&(z=D<3||G[0]>F||F>k)&&(G[4]=D,G[5]=F,A.n=k,w=0))}if(z||D>1)return o;throw I=!0,F}return function(D,F,z){if(L>1)throw TypeError("Generator is already running");for(I&&F===1&&N(F,z),w=F,E=z;(n=w<2?a:E)||!I;){T||(w?w<3?(w>1&&(A.n=-1),N(w,E)):A.n=E:A.v=E);try{if(L=2,T){if(w||(D="next"),n=T[D]){if(!(n=n.call(T,E)))throw TypeError("iterator result is not an object");if(!n.done)return n;E=n.value,w<2&&(w=0)}else w===1&&(n=T.return)&&n.call(T),w<2&&(E=TypeError("The iterator does not provide a '"+D+"' method"),w=1);T=a}else if((n=(I=A.n<0)?E:y.call(_,A))!==o)break}catch(G){T=a,w=1,E=G}finally{L=1}}return{value:n,done:I}}})(h,p,m),!0),b}var o={};function s(){}function l(){}function d(){}n=Object.getPrototypeOf;var u=[][e]?n(n([][e]())):(he(n={},e,function(){return this}),n),c=d.prototype=s.prototype=Object.create(u);function f(h){return Object.setPrototypeOf?Object.setPrototypeOf(h,d):(h.__proto__=d,he(h,r,"GeneratorFunction")),h.prototype=Object.create(c),h}return l.prototype=d,he(c,"constructor",d),he(d,"constructor",l),l.displayName="GeneratorFunction",he(d,r,"GeneratorFunction"),he(c),he(c,r,"Generator"),he(c,e,function(){return this}),he(c,"toString",function(){return"[object Generator]"}),(fe=function(){return{w:i,m:f}})()}function co(a,n,t,e,r,i,o){try{var s=a[i](o),l=s.value}catch(d){return void t(d)}s.done?n(l):Promise.resolve(l).then(e,r)}function Tt(a){return function(){var n=this,t=arguments;return new Promise(function(e,r){var i=a.apply(n,t);function o(l){co(i,e,r,o,s,"next",l)}function s(l){co(i,e,r,o,s,"throw",l)}o(void 0)})}}var Xn=new Map,ho=!1;function Pc(a){return new Promise(function(n,t){var e=new FileReader;e.onload=function(){return n(e.result)},e.onerror=t,e.readAsDataURL(a)})}function Fc(a){if(!Xn.has(a)){var n=fetch(a).then(function(t){return t.blob()}).then(Pc).catch(function(){return Xn.delete(a),null});Xn.set(a,n)}return Xn.get(a)}function Ic(a){return $a.apply(this,arguments)}function $a(){return $a=Tt(fe().m(function a(n){var t,e,r;return fe().w(function(i){for(;;)switch(i.n){case 0:return t=document.createElement("div"),t.innerHTML=n,e=Array.from(t.querySelectorAll("img[src]")),r=e.filter(function(o){return!o.getAttribute("src").startsWith("data:")}),i.n=1,Promise.all(r.map((function(){var o=Tt(fe().m(function s(l){var d;return fe().w(function(u){for(;;)switch(u.n){case 0:return u.n=1,Fc(l.getAttribute("src"));case 1:d=u.v,d&&l.setAttribute("src",d);case 2:return u.a(2)}},s)}));return function(s){return o.apply(this,arguments)}})()));case 1:return i.a(2,t.innerHTML)}},a)})),$a.apply(this,arguments)}function fo(a){return Va.apply(this,arguments)}function Va(){return Va=Tt(fe().m(function a(n){var t,e,r,i,o,s,l,d,u,c,f,h,g,p=arguments;return fe().w(function(m){for(;;)switch(m.n){case 0:if(t=p.length>1&&p[1]!==void 0?p[1]:1,e=n instanceof SVGElement?new XMLSerializer().serializeToString(n):n,r=new DOMParser,i=r.parseFromString(e,"image/svg+xml"),o=i.querySelector("svg"),o){m.n=1;break}return m.a(2,null);case 1:if(s=parseFloat(o.getAttribute("width")||""),l=parseFloat(o.getAttribute("height")||""),(!(s>0)||!(l>0))&&(d=o.getAttribute("viewBox"),d&&(u=d.trim().split(/[\s,]+/),s=parseFloat(u[2]),l=parseFloat(u[3]))),!(!(s>0)||!(l>0))){m.n=2;break}return console.warn("Sigma: SVG label attachment has no parseable dimensions \u2014 skipped."),m.a(2,null);case 2:return c=Math.ceil(s*t),f=Math.ceil(l*t),h=new Blob([e],{type:"image/svg+xml"}),g=URL.createObjectURL(h),m.a(2,new Promise(function(v){var b=new Image;b.onload=function(){var y=document.createElement("canvas");y.width=c,y.height=f,y.getContext("2d").drawImage(b,0,0,c,f),URL.revokeObjectURL(g);try{y.getContext("2d").getImageData(0,0,1,1)}catch(_){if(_ instanceof DOMException&&_.name==="SecurityError"){ho||(ho=!0,console.warn('Sigma: A label attachment was skipped because the rendered canvas is tainted. SVG with <foreignObject> (used by the "html" attachment type) is blocked in Chromium and Safari. Use type: "canvas" with Canvas 2D rendering instead.')),v(null);return}throw _}v(y)},b.onerror=function(){URL.revokeObjectURL(g),v(null)},b.src=g}))}},a)})),Va.apply(this,arguments)}function Nc(a,n){var t=document.createElement("div");t.style.cssText="position:fixed;left:-99999px;top:0;visibility:hidden;width:max-content;height:max-content",t.innerHTML=(n?"<style>".concat(n,"</style>"):"")+a,document.body.appendChild(t);var e=t.getBoundingClientRect(),r=e.width,i=e.height;return document.body.removeChild(t),{width:Math.ceil(r),height:Math.ceil(i)}}function Gc(a,n,t,e){return Xa.apply(this,arguments)}function Xa(){return Xa=Tt(fe().m(function a(n,t,e,r){var i,o,s,l,d,u,c,f,h=arguments;return fe().w(function(g){for(;;)switch(g.n){case 0:return i=h.length>4&&h[4]!==void 0?h[4]:1,o=n instanceof HTMLElement?n.outerHTML:n,g.n=1,Ic(o);case 1:return s=g.v,(e==null||r==null)&&(l=Nc(s,t),e=e??l.width,r=r??l.height),d=Math.ceil(e*i),u=Math.ceil(r*i),c=t?"<style>".concat(t,"</style>"):"",f='<svg xmlns="http://www.w3.org/2000/svg" '+'width="'.concat(d,'" height="').concat(u,'" viewBox="0 0 ').concat(e," ").concat(r,'">')+'<foreignObject width="'.concat(e,'" height="').concat(r,'">')+'<body xmlns="http://www.w3.org/1999/xhtml" style="margin:0;padding:0">'.concat(c).concat(s,"</body>")+"</foreignObject></svg>",g.a(2,fo(f,1))}},a)})),Xa.apply(this,arguments)}function zc(a){return ja.apply(this,arguments)}function ja(){return ja=Tt(fe().m(function a(n){var t,e=arguments,r;return fe().w(function(i){for(;;)switch(i.n){case 0:t=e.length>1&&e[1]!==void 0?e[1]:1,r=n.type,i.n=r==="canvas"?1:r==="svg"?2:r==="html"?3:4;break;case 1:return i.a(2,n.canvas);case 2:return i.a(2,fo(n.svg,t));case 3:return i.a(2,Gc(n.html,n.css,n.width,n.height,t));case 4:return i.a(2)}},a)})),ja.apply(this,arguments)}var _t=2048,go=(function(){function a(n,t,e){K(this,a),S(this,"cache",new Map),S(this,"pending",new Set),S(this,"atlas",{}),S(this,"glTexture",null),S(this,"dirty",!0),this.gl=n,this.renderers=t,this.scheduleRender=e,this.packCanvas=document.createElement("canvas"),this.packCanvas.width=_t,this.packCanvas.height=_t,this.packCtx=this.packCanvas.getContext("2d")}return Z(a,[{key:"renderAttachment",value:function(t,e,r){var i=this,o="".concat(t,":").concat(e);if(!(this.cache.has(o)||this.pending.has(o))){var s=this.renderers[e];if(s){var l=s(r);if(l){this.pending.add(o);var d=r.pixelRatio;Promise.resolve(l).then((function(){var u=Tt(fe().m(function c(f){var h;return fe().w(function(g){for(;;)switch(g.n){case 0:if(i.pending.has(o)){g.n=1;break}return g.a(2);case 1:if(i.pending.delete(o),f){g.n=2;break}return g.a(2);case 2:return g.n=3,zc(f,d);case 3:if(h=g.v,!(!h||h.width===0||h.height===0)){g.n=4;break}return g.a(2);case 4:i.cache.set(o,{image:h,width:h.width,height:h.height}),i.dirty=!0,i.scheduleRender();case 5:return g.a(2)}},c)}));return function(c){return u.apply(this,arguments)}})())}}}}},{key:"regenerateAtlas",value:function(){if(this.dirty){this.dirty=!1;var t=[];if(this.cache.forEach(function(d,u){t.push({key:u,width:d.width,height:d.height,draw:function(f,h,g){f.drawImage(d.image,h,g)}})}),t.length===0){this.atlas={},this.deleteGLTexture();return}var e={x:0,y:0,rowHeight:0,maxRowWidth:0};this.packCtx.clearRect(0,0,_t,_t);var r=uo(t,this.packCtx,e),i=r.atlas,o=r.remaining;this.atlas=i,o.length>0&&console.warn("Sigma: ".concat(o.length," label attachment(s) could not fit in the ").concat(_t,"x").concat(_t," atlas and will not be rendered.")),this.deleteGLTexture();var s=this.gl,l=s.createTexture();s.activeTexture(s.TEXTURE0+Ht),s.bindTexture(s.TEXTURE_2D,l),s.pixelStorei(s.UNPACK_PREMULTIPLY_ALPHA_WEBGL,!0),s.texImage2D(s.TEXTURE_2D,0,s.RGBA,s.RGBA,s.UNSIGNED_BYTE,this.packCanvas),s.pixelStorei(s.UNPACK_PREMULTIPLY_ALPHA_WEBGL,!1),s.texParameteri(s.TEXTURE_2D,s.TEXTURE_MIN_FILTER,s.LINEAR),s.texParameteri(s.TEXTURE_2D,s.TEXTURE_MAG_FILTER,s.LINEAR),s.texParameteri(s.TEXTURE_2D,s.TEXTURE_WRAP_S,s.CLAMP_TO_EDGE),s.texParameteri(s.TEXTURE_2D,s.TEXTURE_WRAP_T,s.CLAMP_TO_EDGE),this.glTexture=l}}},{key:"bindTexture",value:function(t){if(this.glTexture){var e=this.gl;e.activeTexture(e.TEXTURE0+t),e.bindTexture(e.TEXTURE_2D,this.glTexture)}}},{key:"getEntry",value:function(t,e){var r="".concat(t,":").concat(e);return this.atlas[r]||null}},{key:"invalidateNode",value:function(t){var e="".concat(t,":"),r=O(this.cache.keys()),i;try{for(r.s();!(i=r.n()).done;){var o=i.value;o.startsWith(e)&&(this.cache.delete(o),this.dirty=!0)}}catch(u){r.e(u)}finally{r.f()}var s=O(this.pending),l;try{for(s.s();!(l=s.n()).done;){var d=l.value;d.startsWith(e)&&this.pending.delete(d)}}catch(u){s.e(u)}finally{s.f()}}},{key:"restore",value:function(){this.glTexture=null,this.dirty=!0}},{key:"clear",value:function(){this.cache.clear(),this.pending.clear(),this.atlas={},this.dirty=!0,this.deleteGLTexture()}},{key:"kill",value:function(){this.clear(),this.packCanvas=null,this.packCtx=null,this.gl=null}},{key:"deleteGLTexture",value:function(){this.glTexture&&(this.gl.deleteTexture(this.glTexture),this.glTexture=null)}}])})(),qa=(function(){function a(n){K(this,a),S(this,"buckets",new Map),S(this,"keyDepth",new Map);var t=O(n),e;try{for(t.s();!(e=t.n()).done;){var r=e.value;this.buckets.set(r,new Set)}}catch(i){t.e(i)}finally{t.f()}}return Z(a,[{key:"has",value:function(t){return this.keyDepth.has(t)}},{key:"getBucket",value:function(t){return this.buckets.get(t)}},{key:"set",value:function(t,e){var r,i=this.keyDepth.get(t);if(i!==e){var o=this.buckets.get(e);if(!o)throw new Error('Sigma: "'.concat(e,'" is not a declared depth layer'));i!==void 0&&((r=this.buckets.get(i))===null||r===void 0||r.delete(t)),o.add(t),this.keyDepth.set(t,e)}}},{key:"remove",value:function(t){var e=this.keyDepth.get(t);e!==void 0&&(this.buckets.get(e).delete(t),this.keyDepth.delete(t))}},{key:"clearAll",value:function(){var t=O(this.buckets.values()),e;try{for(t.s();!(e=t.n()).done;){var r=e.value;r.clear()}}catch(i){t.e(i)}finally{t.f()}this.keyDepth.clear()}},{key:"getSorted",value:function(t,e){var r=this.buckets.get(t);return!r||r.size===0?[]:V(r).sort(function(i,o){return e(i)-e(o)})}}])})(),po=(function(a){function n(t,e){return K(this,n),ae(this,n,[t,2,e])}return re(n,a),Z(n,[{key:"updateNode",value:function(e,r,i,o,s,l,d,u){var c=this.indexMap.get(e);if(c===void 0)throw new Error('Node "'.concat(e,'" not allocated in NodeDataTexture'));var f=ze(u),h=J(f,4),g=h[0],p=h[1],m=h[2],v=h[3],b=c*2*4;this.data[b]=r,this.data[b+1]=i,this.data[b+2]=o,this.data[b+3]=s,this.data[b+4]=l,this.data[b+5]=d,this.data[b+6]=g*65536+p*256+m,this.data[b+7]=v/255,this.markDirty(c)}}])})(Wn),Mc=1024,Oc=1.5,Bc=4096,Ya=(function(){function a(n,t){var e;if(K(this,a),S(this,"texture",null),S(this,"framebuffer",null),!n.getExtension("EXT_color_buffer_float"))throw new Error("sigma: EXT_color_buffer_float is required for label/edge placement but is unavailable in this WebGL2 context.");this.gl=n,this.channels=t.channels,this.capacity=this.roundUpToPowerOfTwo((e=t.initialCapacity)!==null&&e!==void 0?e:Mc);var r=this.computeDimensions(this.capacity);this.textureWidth=r.width,this.textureHeight=r.height,this.create()}return Z(a,[{key:"roundUpToPowerOfTwo",value:function(t){return Math.pow(2,Math.ceil(Math.log2(Math.max(1,t))))}},{key:"computeDimensions",value:function(t){var e=Math.min(t,Bc),r=Math.ceil(t/e);return{width:e,height:r}}},{key:"create",value:function(){var t=this.gl,e=this.channels===1?t.R32F:t.RGBA32F,r=this.channels===1?t.RED:t.RGBA;if(this.texture=t.createTexture(),t.activeTexture(t.TEXTURE0),t.bindTexture(t.TEXTURE_2D,this.texture),t.texImage2D(t.TEXTURE_2D,0,e,this.textureWidth,this.textureHeight,0,r,t.FLOAT,null),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_MIN_FILTER,t.NEAREST),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_MAG_FILTER,t.NEAREST),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_WRAP_S,t.CLAMP_TO_EDGE),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_WRAP_T,t.CLAMP_TO_EDGE),this.framebuffer=t.createFramebuffer(),t.bindFramebuffer(t.FRAMEBUFFER,this.framebuffer),t.framebufferTexture2D(t.FRAMEBUFFER,t.COLOR_ATTACHMENT0,t.TEXTURE_2D,this.texture,0),t.checkFramebufferStatus(t.FRAMEBUFFER)!==t.FRAMEBUFFER_COMPLETE)throw new Error("sigma: float framebuffer for frame-pass placement is incomplete.");t.bindFramebuffer(t.FRAMEBUFFER,null),t.bindTexture(t.TEXTURE_2D,null)}},{key:"ensureCapacity",value:function(t){if(!(t<=this.capacity)){var e=this.gl;this.capacity=this.roundUpToPowerOfTwo(Math.ceil(t*Oc));var r=this.computeDimensions(this.capacity);this.textureWidth=r.width,this.textureHeight=r.height,this.texture&&e.deleteTexture(this.texture),this.framebuffer&&e.deleteFramebuffer(this.framebuffer),this.create()}}},{key:"bindAsRenderTarget",value:function(){var t=this.gl;t.bindFramebuffer(t.FRAMEBUFFER,this.framebuffer),t.viewport(0,0,this.textureWidth,this.textureHeight)}},{key:"bind",value:function(t){var e=this.gl;e.activeTexture(e.TEXTURE0+t),e.bindTexture(e.TEXTURE_2D,this.texture)}},{key:"getTexture",value:function(){return this.texture}},{key:"getTextureWidth",value:function(){return this.textureWidth}},{key:"getTextureHeight",value:function(){return this.textureHeight}},{key:"restore",value:function(){this.gl.getExtension("EXT_color_buffer_float"),this.create()}},{key:"kill",value:function(){var t=this.gl;this.texture&&(t.deleteTexture(this.texture),this.texture=null),this.framebuffer&&(t.deleteFramebuffer(this.framebuffer),this.framebuffer=null)}}])})(),vo=(function(a){function n(t,e){return K(this,n),ae(this,n,[t,2,e])}return re(n,a),Z(n,[{key:"updateEdge",value:function(e,r,i,o,s,l){var d=arguments.length>6&&arguments[6]!==void 0?arguments[6]:0,u=arguments.length>7&&arguments[7]!==void 0?arguments[7]:0,c=arguments.length>8&&arguments[8]!==void 0?arguments[8]:0,f=this.indexMap.get(e);if(f===void 0)throw new Error('Edge "'.concat(e,'" not allocated in EdgeDataTexture'));var h=f*this.TEXELS_PER_ITEM*4;this.data[h+0]=r,this.data[h+1]=i,this.data[h+2]=o,this.data[h+3]=0,this.data[h+4]=s,this.data[h+5]=l,this.data[h+6]=d,this.data[h+7]=(u&15)<<4|c&15,this.markDirty(f)}}])})(Wn);var pg=$e(rt()),vg=$e(La());function Wc(a,n){if(a==null)return{};var t={};for(var e in a)if({}.hasOwnProperty.call(a,e)){if(n.indexOf(e)!==-1)continue;t[e]=a[e]}return t}function mo(a,n){if(a==null)return{};var t,e,r=Wc(a,n);if(Object.getOwnPropertySymbols){var i=Object.getOwnPropertySymbols(a);for(e=0;e<i.length;e++)t=i[e],n.indexOf(t)===-1&&{}.propertyIsEnumerable.call(a,t)&&(r[t]=a[t])}return r}var Uc=["factor"],Hc=["factor"],bo=1.5,Ka={x:.5,y:.5,angle:0,ratio:1},yo=(function(a){function n(){var t;K(this,n);for(var e=arguments.length,r=new Array(e),i=0;i<e;i++)r[i]=arguments[i];return t=ae(this,n,[].concat(r)),S(t,"minRatio",null),S(t,"maxRatio",null),S(t,"enabled",!0),S(t,"enabledZooming",!0),S(t,"enabledPanning",!0),S(t,"enabledRotation",!0),S(t,"constrainState",null),S(t,"state",B({},Ka)),S(t,"previousState",B({},Ka)),S(t,"nextFrame",null),S(t,"currentAnimationFrom",null),S(t,"currentAnimationTo",null),S(t,"animationCallback",null),t}return re(n,a),Z(n,[{key:"x",get:function(){return this.state.x}},{key:"y",get:function(){return this.state.y}},{key:"angle",get:function(){return this.state.angle}},{key:"ratio",get:function(){return this.state.ratio}},{key:"getState",value:function(){return B({},this.state)}},{key:"getPreviousState",value:function(){return B({},this.previousState)}},{key:"getBoundedRatio",value:function(e){var r=e;return typeof this.minRatio=="number"&&(r=Math.max(r,this.minRatio)),typeof this.maxRatio=="number"&&(r=Math.min(r,this.maxRatio)),r}},{key:"validateState",value:function(e){var r=this.getState();return this.enabledPanning&&typeof e.x=="number"&&(r.x=e.x),this.enabledPanning&&typeof e.y=="number"&&(r.y=e.y),this.enabledZooming&&typeof e.ratio=="number"&&(r.ratio=this.getBoundedRatio(e.ratio)),this.enabledRotation&&typeof e.angle=="number"&&(r.angle=e.angle),this.constrainState?this.constrainState(r):r}},{key:"isAnimating",value:function(){return this.nextFrame!==null}},{key:"setState",value:function(e){if(!this.enabled)return this;var r=this.validateState(e);return Ti(this.state,r)?this:(this.previousState=this.state,this.state=r,this.emit("updated",this.getState()),this)}},{key:"updateState",value:function(e){return this.setState(e(this.getState())),this}},{key:"animate",value:function(e,r){var i=this;return this.enabled?new Promise(function(o){return i.runAnimation(e,B(B({},wi),r),o)}):Promise.resolve()}},{key:"cancelAnimation",value:function(){return this.nextFrame!==null&&(cancelAnimationFrame(this.nextFrame),this.nextFrame=null),this.resolveAnimation(),this.emitAnimationEnd(!1),this}},{key:"zoomIn",value:function(){var e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:{},r=e.factor,i=r===void 0?bo:r,o=mo(e,Uc);return this.animate({ratio:this.ratio/i},o)}},{key:"zoomOut",value:function(){var e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:{},r=e.factor,i=r===void 0?bo:r,o=mo(e,Hc);return this.animate({ratio:this.ratio*i},o)}},{key:"reset",value:function(e){return this.animate(Ka,e)}},{key:"runAnimation",value:function(e,r,i){var o=this,s=En(r.easing),l=Date.now(),d=this.getState(),u=this.validateState(e),c=function(){if(!o.enabled){o.cancelAnimation();return}var h=r.duration>0?(Date.now()-l)/r.duration:1;if(h>=1){o.nextFrame=null,o.setState(u),o.resolveAnimation(),o.emitAnimationEnd(!0);return}var g=s(h);o.setState({x:d.x+(u.x-d.x)*g,y:d.y+(u.y-d.y)*g,angle:d.angle+(u.angle-d.angle)*g,ratio:d.ratio+(u.ratio-d.ratio)*g}),o.nextFrame=requestAnimationFrame(c)};this.cancelAnimation(),this.currentAnimationFrom=d,this.currentAnimationTo=u,this.animationCallback=i,this.emit("animationStart",{from:d,to:u}),c()}},{key:"resolveAnimation",value:function(){var e=this.animationCallback;this.animationCallback=null,e&&e()}},{key:"emitAnimationEnd",value:function(e){var r=this.currentAnimationFrom,i=this.currentAnimationTo;!r||!i||(this.currentAnimationFrom=null,this.currentAnimationTo=null,this.emit("animationEnd",{from:r,to:i,completed:e}))}}],[{key:"from",value:function(e){var r=new n;return r.setState(e)}}])})(Dn);function ge(a,n){var t=n.getBoundingClientRect();return{x:a.clientX-t.left,y:a.clientY-t.top}}function De(a,n){var t=B(B({},ge(a,n)),{},{sigmaDefaultPrevented:!1,preventSigmaDefault:function(){t.sigmaDefaultPrevented=!0},original:a});return t}function Ke(a){var n="x"in a?a:B(B({},a.touches[0]||a.previousTouches[0]),{},{original:a.original,sigmaDefaultPrevented:a.sigmaDefaultPrevented,preventSigmaDefault:function(){a.sigmaDefaultPrevented=!0,n.sigmaDefaultPrevented=!0}});return n}function $c(a,n){var t=De(a,n);return t.delta=Io(a),t}var Vc=2;function qn(a){for(var n=[],t=0,e=Math.min(a.length,Vc);t<e;t++)n.push(a[t]);return n}function Vt(a,n,t){var e={touches:qn(a.touches).map(function(r){return ge(r,t)}),previousTouches:n.map(function(r){return ge(r,t)}),sigmaDefaultPrevented:!1,preventSigmaDefault:function(){e.sigmaDefaultPrevented=!0},original:a};return e}function Io(a){if(typeof a.deltaY<"u")return a.deltaY*-3/360;if(typeof a.detail<"u")return a.detail/-9;throw new Error("Captor: could not extract delta from event.")}var No=(function(a){function n(t,e){var r;return K(this,n),r=ae(this,n),r.container=t,r.renderer=e,r}return re(n,a),Z(n)})(Dn),Xc=["doubleClickTimeout","doubleClickZoomingDuration","doubleClickZoomingRatio","dragTimeout","draggedEventsTolerance","enableCameraMouseRotation","gestureTarget","inertiaDuration","inertiaRatio","zoomDuration","zoomingRatio"],jc=Xc.reduce(function(a,n){return B(B({},a),{},S({},n,kn[n]))},{});function Xt(a){return a instanceof PointerEvent&&a.pointerType==="touch"}var qc=(function(a){function n(t,e){var r;return K(this,n),r=ae(this,n,[t,e]),S(r,"enabled",!0),S(r,"draggedEvents",0),S(r,"downStartTime",null),S(r,"lastMouseX",null),S(r,"lastMouseY",null),S(r,"isMouseDown",!1),S(r,"isMoving",!1),S(r,"isPanningStage",!1),S(r,"movingTimeout",null),S(r,"startCameraState",null),S(r,"clicks",0),S(r,"doubleClickTimeout",null),S(r,"isRightMouseDown",!1),S(r,"startRotationAngle",null),S(r,"startCameraAngle",null),S(r,"currentWheelDirection",0),S(r,"lastWheelAnimationId",0),S(r,"settings",jc),r.handleRightClick=r.handleRightClick.bind(r),r.handleDown=r.handleDown.bind(r),r.handleUp=r.handleUp.bind(r),r.handleMove=r.handleMove.bind(r),r.handleWheel=r.handleWheel.bind(r),r.handleLeave=r.handleLeave.bind(r),r.handleEnter=r.handleEnter.bind(r),t.addEventListener("contextmenu",r.handleRightClick,{capture:!1}),t.addEventListener("pointerdown",r.handleDown,{capture:!1}),t.addEventListener("wheel",r.handleWheel,{capture:!1,passive:!1}),t.addEventListener("pointerleave",r.handleLeave,{capture:!1}),t.addEventListener("pointerenter",r.handleEnter,{capture:!1}),document.addEventListener("pointermove",r.handleMove,{capture:!1}),document.addEventListener("pointerup",r.handleUp,{capture:!1}),r}return re(n,a),Z(n,[{key:"kill",value:function(){var e=this.container;e.removeEventListener("contextmenu",this.handleRightClick),e.removeEventListener("pointerdown",this.handleDown),e.removeEventListener("wheel",this.handleWheel),e.removeEventListener("pointerleave",this.handleLeave),e.removeEventListener("pointerenter",this.handleEnter),document.removeEventListener("pointermove",this.handleMove),document.removeEventListener("pointerup",this.handleUp)}},{key:"handleClick",value:function(e){var r=this;if(this.enabled){if(this.clicks++,this.clicks===2)return this.clicks=0,typeof this.doubleClickTimeout=="number"&&(clearTimeout(this.doubleClickTimeout),this.doubleClickTimeout=null),this.handleDoubleClick(e);setTimeout(function(){r.clicks=0,r.doubleClickTimeout=null},this.settings.doubleClickTimeout),this.draggedEvents<this.settings.draggedEventsTolerance&&this.emit("click",De(e,this.container))}}},{key:"handleRightClick",value:function(e){this.enabled&&(this.settings.enableCameraMouseRotation&&e.preventDefault(),this.emit("rightClick",De(e,this.container)))}},{key:"handleDoubleClick",value:function(e){if(this.enabled){e.preventDefault(),e.stopPropagation();var r=De(e,this.container);if(this.emit("doubleClick",r),!r.sigmaDefaultPrevented){var i=this.renderer.getCamera(),o=i.getBoundedRatio(i.getState().ratio/this.settings.doubleClickZoomingRatio);i.animate(this.renderer.getViewportZoomedState(ge(e,this.container),o),{easing:"quadraticInOut",duration:this.settings.doubleClickZoomingDuration})}}}},{key:"handleDown",value:function(e){if(!(!this.enabled||Xt(e))){if(e.button===0){this.startCameraState=this.renderer.getCamera().getState();var r=ge(e,this.container),i=r.x,o=r.y;this.lastMouseX=i,this.lastMouseY=o,this.draggedEvents=0,this.downStartTime=Date.now(),this.isMouseDown=!0}if(e.button===2&&this.settings.enableCameraMouseRotation){var s=ge(e,this.container),l=s.x,d=s.y,u=this.container.offsetWidth/2,c=this.container.offsetHeight/2;this.startRotationAngle=Math.atan2(d-c,l-u),this.startCameraAngle=this.renderer.getCamera().getState().angle,this.isRightMouseDown=!0}this.emit("mousedown",De(e,this.container))}}},{key:"handleUp",value:function(e){var r=this;if(!(!this.enabled||Xt(e)||!this.isMouseDown&&!this.isRightMouseDown)){if(this.isRightMouseDown){this.isRightMouseDown=!1,this.startRotationAngle=null,this.startCameraAngle=null,this.emit("mouseup",De(e,this.container));return}var i=this.renderer.getCamera();this.isMouseDown=!1,this.isPanningStage&&(this.isPanningStage=!1,this.renderer._setPanning(!1)),typeof this.movingTimeout=="number"&&(clearTimeout(this.movingTimeout),this.movingTimeout=null);var o=ge(e,this.container),s=o.x,l=o.y,d=i.getState(),u=i.getPreviousState();this.isMoving?i.animate({x:d.x+this.settings.inertiaRatio*(d.x-u.x),y:d.y+this.settings.inertiaRatio*(d.y-u.y)},{duration:this.settings.inertiaDuration,easing:"quadraticOut"}):(this.lastMouseX!==s||this.lastMouseY!==l)&&i.setState({x:d.x,y:d.y}),this.isMoving=!1,setTimeout(function(){var c=r.draggedEvents>0;r.draggedEvents=0;var f=r.renderer.getSetting("hideEdgesOnMove")||r.renderer.getSetting("hideLabelsOnMove");c&&f&&r.renderer.refresh()},0),this.emit("mouseup",De(e,this.container)),(e.target===this.container||e.composedPath()[0]===this.container)&&this.handleClick(e)}}},{key:"handleMove",value:function(e){var r=this;if(!(!this.enabled||Xt(e))){var i=De(e,this.container);if(this.emit("mousemovebody",i),(e.target===this.container||e.composedPath()[0]===this.container)&&this.emit("mousemove",i),this.isMouseDown&&this.draggedEvents++,!i.sigmaDefaultPrevented){if(this.isMouseDown){this.isMoving=!0,typeof this.movingTimeout=="number"&&clearTimeout(this.movingTimeout),this.movingTimeout=window.setTimeout(function(){r.movingTimeout=null,r.isMoving=!1},this.settings.dragTimeout);var o=this.renderer.getCamera(),s=ge(e,this.container),l=s.x,d=s.y,u=this.renderer.viewportToFramedGraph({x:this.lastMouseX,y:this.lastMouseY}),c=this.renderer.viewportToFramedGraph({x:l,y:d}),f=u.x-c.x,h=u.y-c.y,g=o.getState(),p=g.x+f,m=g.y+h;this.isPanningStage||(this.isPanningStage=!0,this.renderer._setPanning(!0)),o.setState({x:p,y:m}),this.lastMouseX=l,this.lastMouseY=d,e.preventDefault(),e.stopPropagation()}if(this.isRightMouseDown){var v=ge(e,this.container),b=v.x,y=v.y,_=this.container.offsetWidth/2,x=this.container.offsetHeight/2,T=Math.atan2(y-x,b-_),w=T-this.startRotationAngle,E=this.renderer.getCamera();E.setState({angle:this.startCameraAngle+w}),e.preventDefault(),e.stopPropagation()}}}}},{key:"handleLeave",value:function(e){Xt(e)||this.emit("mouseleave",De(e,this.container))}},{key:"handleEnter",value:function(e){Xt(e)||this.emit("mouseenter",De(e,this.container))}},{key:"handleWheel",value:function(e){var r=this,i=this.renderer.getCamera();if(!(!this.enabled||!i.enabledZooming)){var o=$c(e,this.container);if(this.emit("wheel",o),!o.sigmaDefaultPrevented){var s=this.settings.gestureTarget;if(s!=="page"){if(s==="shared"&&!e.ctrlKey&&!e.metaKey){this.renderer._showGestureHint("wheel");return}var l=Io(e);if(l){e.preventDefault(),e.stopPropagation();var d=i.getState().ratio,u=l>0?1/this.settings.zoomingRatio:this.settings.zoomingRatio,c=i.getBoundedRatio(d*u),f=l>0?1:-1,h=Date.now();if(d!==c&&!(this.currentWheelDirection===f&&this.lastWheelTriggerTime&&h-this.lastWheelTriggerTime<this.settings.zoomDuration/5)){var g=++this.lastWheelAnimationId;i.animate(this.renderer.getViewportZoomedState(ge(e,this.container),c),{easing:"quadraticOut",duration:this.settings.zoomDuration}).then(function(){r.lastWheelAnimationId===g&&(r.currentWheelDirection=0)}),this.currentWheelDirection=f,this.lastWheelTriggerTime=h}}}}}}},{key:"setSettings",value:function(e){this.settings=e}}])})(No),Yc=["dragTimeout","gestureTarget","inertiaDuration","inertiaRatio","doubleClickTimeout","doubleClickZoomingRatio","doubleClickZoomingDuration","tapMoveTolerance"],Kc=Yc.reduce(function(a,n){return B(B({},a),{},S({},n,kn[n]))},{}),Zc=(function(a){function n(t,e){var r;return K(this,n),r=ae(this,n,[t,e]),S(r,"enabled",!0),S(r,"isMoving",!1),S(r,"hasMoved",!1),S(r,"isPanningStage",!1),S(r,"isZoomingStage",!1),S(r,"touchMode",0),S(r,"startTouchesPositions",[]),S(r,"lastTouches",[]),S(r,"lastTap",null),S(r,"settings",Kc),r.handleStart=r.handleStart.bind(r),r.handleLeave=r.handleLeave.bind(r),r.handleMove=r.handleMove.bind(r),t.addEventListener("touchstart",r.handleStart,{capture:!1}),t.addEventListener("touchcancel",r.handleLeave,{capture:!1}),document.addEventListener("touchend",r.handleLeave,{capture:!1,passive:!1}),document.addEventListener("touchmove",r.handleMove,{capture:!1,passive:!1}),r}return re(n,a),Z(n,[{key:"kill",value:function(){var e=this.container;e.removeEventListener("touchstart",this.handleStart),e.removeEventListener("touchcancel",this.handleLeave),document.removeEventListener("touchend",this.handleLeave),document.removeEventListener("touchmove",this.handleMove)}},{key:"getDimensions",value:function(){return{width:this.container.offsetWidth,height:this.container.offsetHeight}}},{key:"doesCapture",value:function(e){var r=this.settings.gestureTarget;return r==="graph"?!0:r==="page"?!1:e>=2}},{key:"syncStageFlags",value:function(){var e=this.touchMode===1&&this.hasMoved,r=this.touchMode===2;e!==this.isPanningStage&&(this.isPanningStage=e,this.renderer._setPanning(e)),r!==this.isZoomingStage&&(this.isZoomingStage=r,this.renderer._setZooming(r))}},{key:"handleStart",value:function(e){var r=this;if(this.enabled){var i=qn(e.touches);if(this.touchMode=i.length,this.startCameraState=this.renderer.getCamera().getState(),this.startTouchesPositions=i.map(function(h){return ge(h,r.container)}),this.touchMode===2){var o=J(this.startTouchesPositions,2),s=o[0],l=s.x,d=s.y,u=o[1],c=u.x,f=u.y;this.startTouchesAngle=Math.atan2(f-d,c-l),this.startTouchesDistance=Math.sqrt(Math.pow(c-l,2)+Math.pow(f-d,2))}this.syncStageFlags(),this.emit("touchdown",Vt(e,this.lastTouches,this.container)),this.lastTouches=i,this.lastTouchesPositions=this.startTouchesPositions,e.cancelable&&(this.doesCapture(e.touches.length)||this.renderer._hasNodeDrag())&&e.preventDefault()}}},{key:"handleLeave",value:function(e){if(!(!this.enabled||!this.startTouchesPositions.length)){switch(e.cancelable&&this.doesCapture(this.touchMode)&&e.preventDefault(),this.movingTimeout&&(this.isMoving=!1,clearTimeout(this.movingTimeout)),this.touchMode){case 2:if(e.touches.length===1){this.handleStart(e);break}case 1:if(this.isMoving){var r=this.renderer.getCamera(),i=r.getState(),o=r.getPreviousState();r.animate({x:i.x+this.settings.inertiaRatio*(i.x-o.x),y:i.y+this.settings.inertiaRatio*(i.y-o.y)},{duration:this.settings.inertiaDuration,easing:"quadraticOut"})}this.hasMoved=!1,this.isMoving=!1,this.touchMode=0;break}if(this.syncStageFlags(),this.emit("touchup",Vt(e,this.lastTouches,this.container)),!e.touches.length){var s=ge(this.lastTouches[0],this.container),l=this.startTouchesPositions[0],d=Math.pow(s.x-l.x,2)+Math.pow(s.y-l.y,2);if(!e.touches.length&&d<Math.pow(this.settings.tapMoveTolerance,2))if(this.lastTap&&Date.now()-this.lastTap.time<this.settings.doubleClickTimeout){var u=Vt(e,this.lastTouches,this.container);if(this.emit("doubletap",u),this.lastTap=null,!u.sigmaDefaultPrevented&&this.settings.gestureTarget!=="page"){var c=this.renderer.getCamera(),f=c.getBoundedRatio(c.getState().ratio/this.settings.doubleClickZoomingRatio);c.animate(this.renderer.getViewportZoomedState(s,f),{easing:"quadraticInOut",duration:this.settings.doubleClickZoomingDuration})}}else{var h=Vt(e,this.lastTouches,this.container);this.emit("tap",h),this.lastTap={time:Date.now(),position:h.touches[0]||h.previousTouches[0]}}}this.lastTouches=qn(e.touches),this.startTouchesPositions=[]}}},{key:"handleMove",value:function(e){var r=this;if(!(!this.enabled||!this.startTouchesPositions.length)){var i=this.doesCapture(e.touches.length);i&&e.preventDefault();var o=qn(e.touches),s=o.map(function(H){return ge(H,r.container)}),l=this.lastTouches;this.lastTouches=o,this.lastTouchesPositions=s;var d=Vt(e,l,this.container);if(this.emit("touchmove",d),!d.sigmaDefaultPrevented&&(this.hasMoved||(this.hasMoved=s.some(function(H,Y){var j=r.startTouchesPositions[Y];return j&&(H.x!==j.x||H.y!==j.y)})),!!this.hasMoved)){if(!i){this.settings.gestureTarget==="shared"&&this.renderer._showGestureHint("touch");return}this.isMoving=!0,this.syncStageFlags(),this.movingTimeout&&clearTimeout(this.movingTimeout),this.movingTimeout=window.setTimeout(function(){r.isMoving=!1},this.settings.dragTimeout);var u=this.renderer.getCamera(),c=this.startCameraState,f=this.renderer.getSetting("stagePadding");switch(this.touchMode){case 1:{var h=this.renderer.viewportToFramedGraph((this.startTouchesPositions||[])[0]),g=h.x,p=h.y,m=this.renderer.viewportToFramedGraph(s[0]),v=m.x,b=m.y;u.setState({x:c.x+g-v,y:c.y+p-b});break}case 2:{var y={x:.5,y:.5,angle:0,ratio:1},_=s[0],x=_.x,T=_.y,w=s[1],E=w.x,L=w.y,R=Math.atan2(L-T,E-x)-this.startTouchesAngle,I=Math.hypot(L-T,E-x)/this.startTouchesDistance,A=u.getBoundedRatio(c.ratio/I);y.ratio=A,y.angle=c.angle+R;var N=this.getDimensions(),D=this.renderer.viewportToFramedGraph((this.startTouchesPositions||[])[0],{cameraState:c}),F=Math.min(N.width,N.height)-2*f,z=F/N.width,G=F/N.height,C=A/F,k=x-F/2/z,M=T-F/2/G,$=ca({x:k,y:M},y.angle);k=$.x,M=$.y,y.x=D.x-k*C,y.y=D.y+M*C,u.setState(y);break}}}}}},{key:"setSettings",value:function(e){this.settings=e}}])})(No),Qc=(function(){function a(n,t,e,r){K(this,a),S(this,"pendingNode",null),S(this,"session",null),this.graph=n,this.viewportToGraph=t,this.setNodesState=e,this.emit=r}return Z(a,[{key:"start",value:function(t,e,r,i,o){var s=r(t),l=!1;if(this.emit("nodeDragStart",{node:t,allDraggedNodes:s,event:e,preventSigmaDefault:function(){l=!0}}),l)return!1;var d=new Map,u=O(s),c;try{for(u.s();!(c=u.n()).done;){var f=c.value;d.set(f,{x:this.graph.getNodeAttribute(f,i),y:this.graph.getNodeAttribute(f,o)})}}catch(h){u.e(h)}finally{u.f()}return this.session={node:t,allNodes:s,startPosition:this.viewportToGraph(e),startNodePositions:d,xAttr:i,yAttr:o},this.setNodesState(s,{isDragged:!0}),!0}},{key:"applyMove",value:function(t,e){var r=this.session,i=r.allNodes,o=r.startNodePositions,s=r.startPosition,l=r.xAttr,d=r.yAttr,u=this.viewportToGraph(t),c={x:u.x-s.x,y:u.y-s.y},f=O(i),h;try{for(f.s();!(h=f.n()).done;){var g=h.value,p=o.get(g);if(!(!p||!this.graph.hasNode(g))){var m={x:p.x+c.x,y:p.y+c.y};e?this.graph.mergeNodeAttributes(g,e(m,g)):(this.graph.setNodeAttribute(g,l,m.x),this.graph.setNodeAttribute(g,d,m.y))}}}catch(v){f.e(v)}finally{f.f()}}},{key:"end",value:function(){if(this.pendingNode=null,!this.session)return null;var t=this.session,e=t.node,r=t.allNodes;return this.setNodesState(r,{isDragged:!1}),this.session=null,{node:e,allNodes:r}}},{key:"removeNode",value:function(t){t===this.pendingNode&&(this.pendingNode=null),this.session&&(this.session.node===t?(this.setNodesState(this.session.allNodes,{isDragged:!1}),this.session=null):this.session.allNodes.includes(t)&&(this.session.allNodes=this.session.allNodes.filter(function(e){return e!==t}),this.session.startNodePositions.delete(t)))}},{key:"clear",value:function(){this.pendingNode=null,this.session=null}}])})();function xo(a,n){return a<n?"".concat(a,"\0").concat(n):"".concat(n,"\0").concat(a)}var Jc=(function(){function a(n,t){K(this,a),S(this,"groups",new Map),S(this,"edgeToGroupKey",new Map),this.graph=n,this.onGroupChanged=t}return Z(a,[{key:"getGroupKey",value:function(t){return xo(this.graph.source(t),this.graph.target(t))}},{key:"sortGroup",value:function(t,e){var r=this,i=e.split("\0")[0];t.sort(function(o,s){var l=r.graph.source(o)===i||!r.graph.isDirected(o)?0:1,d=r.graph.source(s)===i||!r.graph.isDirected(s)?0:1;return l-d})}},{key:"register",value:function(t){var e=this.getGroupKey(t),r=this.groups.get(e);r||(r=[],this.groups.set(e,r)),r.includes(t)||r.push(t),this.edgeToGroupKey.set(t,e),r.length>1&&this.sortGroup(r,e),this.onGroupChanged(r,r.length)}},{key:"unregister",value:function(t){var e=this.edgeToGroupKey.get(t);if(e){this.edgeToGroupKey.delete(t);var r=this.groups.get(e);if(r){var i=r.indexOf(t);i!==-1&&r.splice(i,1),r.length===0?this.groups.delete(e):this.onGroupChanged(r,r.length)}}}},{key:"getGroup",value:function(t){var e,r=this.edgeToGroupKey.get(t);return r?(e=this.groups.get(r))!==null&&e!==void 0?e:[]:[]}},{key:"getSiblings",value:function(t){return this.getGroup(t).filter(function(e){return e!==t})}},{key:"rebuild",value:function(){var t=this;this.groups.clear(),this.edgeToGroupKey.clear(),this.graph.forEachEdge(function(l,d,u,c){var f=xo(u,c),h=t.groups.get(f);h||(h=[],t.groups.set(f,h)),h.push(l),t.edgeToGroupKey.set(l,f)});var e=O(this.groups),r;try{for(e.s();!(r=e.n()).done;){var i=J(r.value,2),o=i[0],s=i[1];s.length>1&&this.sortGroup(s,o),this.onGroupChanged(s,s.length)}}catch(l){e.e(l)}finally{e.f()}}},{key:"clear",value:function(){this.groups.clear(),this.edgeToGroupKey.clear()}}])})();function _o(a,n){var t;if(a===!1||a==="extend"||a==="separate")return a;var e=a[n];return e!==void 0?e:(t=a.default)!==null&&t!==void 0?t:!1}function To(a){return a===!1?!1:a==="extend"||a==="separate"?!0:Object.values(a).some(function(n){return n==="extend"||n==="separate"})}function So(a){return a==="separate"?!0:a===!1||a==="extend"?!1:a.default==="separate"?!0:Object.values(a).includes("separate")}var ue={node:{parent:null,eventSuffix:"Node",payloadKey:"node",isEnabled:function(){return!0},writesPickingThisFrame:function(){return!0},setHover:function(n,t,e){return n.setNodeState(t,{isHovered:e})},getCursor:function(n,t){var e;return(e=n.nodeDataCache[t])===null||e===void 0?void 0:e.cursor},isHitValid:function(n,t){var e;return((e=n.nodeDataCache[t])===null||e===void 0?void 0:e.visibility)!=="hidden"}},edge:{parent:null,eventSuffix:"Edge",payloadKey:"edge",isEnabled:function(n){return!!n.settings.enableEdgeEvents},writesPickingThisFrame:function(n){return!!n.settings.enableEdgeEvents},setHover:function(n,t,e){return n.setEdgeState(t,{isHovered:e})},getCursor:function(n,t){var e;return(e=n.edgeDataCache[t])===null||e===void 0?void 0:e.cursor}},nodeLabel:{parent:"node",eventSuffix:"NodeLabel",payloadKey:"node",isEnabled:function(n){return So(n.settings.nodeLabelEvents)},writesPickingThisFrame:function(n){return To(n.settings.nodeLabelEvents)},setHover:function(n,t,e){return n.setNodeState(t,{isLabelHovered:e})},getCursor:function(n,t){var e;return(e=n.nodeDataCache[t])===null||e===void 0?void 0:e.labelCursor},resolveForVerb:function(n,t,e){var r=_o(e.settings.nodeLabelEvents,t);return r===!1?null:r==="extend"?{kind:"node",key:n.key}:n}},edgeLabel:{parent:"edge",eventSuffix:"EdgeLabel",payloadKey:"edge",isEnabled:function(n){return So(n.settings.edgeLabelEvents)},writesPickingThisFrame:function(n){return To(n.settings.edgeLabelEvents)},setHover:function(n,t,e){return n.setEdgeState(t,{isLabelHovered:e})},getCursor:function(n,t){var e;return(e=n.edgeDataCache[t])===null||e===void 0?void 0:e.labelCursor},resolveForVerb:function(n,t,e){var r=_o(e.settings.edgeLabelEvents,t);return r===!1?null:r==="extend"?{kind:"edge",key:n.key}:n}}},Je=["node","edge","nodeLabel","edgeLabel"];function eh(){return{lookup:[null],idsByKind:{node:new Map,edge:new Map,nodeLabel:new Map,edgeLabel:new Map},nextId:1}}function Qe(a,n,t){var e;return(e=a.idsByKind[n].get(t))!==null&&e!==void 0?e:0}function Za(a,n){var t=O(Je),e;try{for(t.s();!(e=t.n()).done;){var r=e.value;if(r===n||ue[r].parent===n){var i=O(a.idsByKind[r].values()),o;try{for(i.s();!(o=i.n()).done;){var s=o.value;a.lookup[s]=null}}catch(f){i.e(f)}finally{i.f()}a.idsByKind[r]=new Map}}}catch(f){t.e(f)}finally{t.f()}var l=1,d=O(Je),u;try{for(d.s();!(u=d.n()).done;){var c=u.value;if(c===n)break;l+=a.idsByKind[c].size}}catch(f){d.e(f)}finally{d.f()}a.nextId=l}function Eo(a,n,t){var e=a.nextId++;return a.idsByKind[n].set(t,e),a.lookup[e]={kind:n,key:t},e}function th(a,n){var t=O(Je),e;try{for(t.s();!(e=t.n()).done;){var r=e.value;if(ue[r].parent!==null){var i=O(a.idsByKind[r].values()),o;try{for(i.s();!(o=i.n()).done;){var s=o.value;a.lookup[s]=null}}catch(x){i.e(x)}finally{i.f()}a.idsByKind[r]=new Map}}}catch(x){t.e(x)}finally{t.f()}a.nextId=1;var l=O(Je),d;try{for(l.s();!(d=l.n()).done;){var u=d.value;if(ue[u].parent===null){var c=O(a.idsByKind[u].values()),f;try{for(c.s();!(f=c.n()).done;){var h=f.value;h>=a.nextId&&(a.nextId=h+1)}}catch(x){c.e(x)}finally{c.f()}}}}catch(x){l.e(x)}finally{l.f()}var g=O(Je),p;try{for(g.s();!(p=g.n()).done;){var m=p.value,v=ue[m];if(!(v.parent===null||!v.isEnabled(n))){var b=O(a.idsByKind[v.parent].keys()),y;try{for(b.s();!(y=b.n()).done;){var _=y.value;a.idsByKind[m].set(_,a.nextId),a.lookup[a.nextId]={kind:m,key:_},a.nextId++}}catch(x){b.e(x)}finally{b.f()}}}}catch(x){g.e(x)}finally{g.f()}}function nh(a,n){var t=O(Je),e;try{for(t.s();!(e=t.n()).done;){var r=e.value,i=a[r],o=n[r];if(i!==o){if(i.size!==o.size)return!1;var s=O(i),l;try{for(s.s();!(l=s.n()).done;){var d=J(l.value,2),u=d[0],c=d[1];if(o.get(u)!==c)return!1}}catch(f){s.e(f)}finally{s.f()}}}}catch(f){t.e(f)}finally{t.f()}return!0}function wo(a,n,t){ue[n.kind].setHover(a,n.key,t)}function ah(a,n){return ue[n.kind].getCursor(a,n.key)}function jt(a,n){return"".concat(n).concat(ue[a].eventSuffix)}function qt(a,n){return B(B({},n),{},S({},ue[a.kind].payloadKey,a.key))}function rh(a,n,t){var e=ue[n.kind].resolveForVerb;return e?e(n,t,a):n}function ih(a,n){var t=ue[n.kind].isHitValid;return t?t(a,n.key):!0}function Qa(a){return Je.filter(function(n){return n===a||ue[n].parent===a})}function Go(a,n,t){return n&&(n=rh(a,n,t)),n&&!ih(a,n)&&(n=null),n}function Ja(a,n,t){var e=t==="wheel"?a.stateManager.hovered:a.getHitAtPosition(n);return Go(a,e,t)}function oh(a,n){return!a||!n?a===n:a.kind===n.kind&&a.key===n.key}function zo(a,n,t){var e={event:t,preventSigmaDefault:function(){return t.preventSigmaDefault()}},r=a.dragManager.session,i=r?{kind:"node",key:r.node}:Go(a,n,"enter"),o=a.stateManager,s=o.hovered;oh(s,i)||(s&&(wo(a,s,!1),a.emit(jt(s.kind,"leave"),qt(s,e))),o.setHovered(i),i&&(wo(a,i,!0),a.emit(jt(i.kind,"enter"),qt(i,e))),a.updateContainerCursor())}function sh(a,n,t,e){e.handleResize=function(){return a.scheduleRefresh()},window.addEventListener("resize",e.handleResize),e.handleMove=function(i){a.hoverResolver.pointerMoved(Ke(i))},e.handleMoveBody=function(i){var o=Ke(i),s=a.dragManager;if(s.pendingNode&&!s.session){var l=a.nodeStyleAnalysis,d=l.xAttribute,u=l.yAttribute,c=a.settings;s.start(s.pendingNode,o,c.getDraggedNodes,d||"x",u||"y"),s.pendingNode=null}s.session&&(s.applyMove(o,a.settings.dragPositionToAttributes),a.emit("nodeDrag",{node:s.session.node,allDraggedNodes:s.session.allNodes,event:o}),o.preventSigmaDefault()),a.emit("moveBody",{event:o,preventSigmaDefault:function(){return o.preventSigmaDefault()}})},e.handleLeave=function(i){var o=Ke(i),s={event:o,preventSigmaDefault:function(){return o.preventSigmaDefault()}};a.hoverResolver.pointerLeft(),zo(a,null,o),a.emit("leaveStage",s)},e.handleEnter=function(i){var o=Ke(i);a.emit("enterStage",{event:o,preventSigmaDefault:function(){return o.preventSigmaDefault()}})};var r=function(o){return function(s){var l=Ke(s),d={event:l,preventSigmaDefault:function(){return l.preventSigmaDefault()}},u=Ja(a,l,o);if(u){a.emit(jt(u.kind,o),qt(u,d));return}a.emit("".concat(o,"Stage"),d)}};e.handleClick=r("click"),e.handleRightClick=r("rightClick"),e.handleDoubleClick=r("doubleClick"),e.handleWheel=r("wheel"),e.handleDown=function(i){var o=Ke(i),s={event:o,preventSigmaDefault:function(){return o.preventSigmaDefault()}},l=Ja(a,o,"down");if(l){l.kind==="node"&&a.settings.enableNodeDrag&&(a.dragManager.pendingNode=l.key),a.emit(jt(l.kind,"down"),qt(l,s));return}a.emit("downStage",s)},e.handleUp=function(i){var o=Ke(i),s={event:o,preventSigmaDefault:function(){return o.preventSigmaDefault()}},l=a.dragManager.end();l&&a.emit("nodeDragEnd",B({node:l.node,allDraggedNodes:l.allNodes},s));var d=Ja(a,o,"up");if(d){a.emit(jt(d.kind,"up"),qt(d,s));return}a.emit("upStage",s)},n.on("mousemove",e.handleMove),n.on("mousemovebody",e.handleMoveBody),n.on("click",e.handleClick),n.on("rightClick",e.handleRightClick),n.on("doubleClick",e.handleDoubleClick),n.on("wheel",e.handleWheel),n.on("mousedown",e.handleDown),n.on("mouseup",e.handleUp),n.on("mouseleave",e.handleLeave),n.on("mouseenter",e.handleEnter),t.on("touchdown",e.handleDown),t.on("touchdown",e.handleMove),t.on("touchup",e.handleUp),t.on("touchmove",e.handleMove),t.on("tap",e.handleClick),t.on("doubletap",e.handleDoubleClick),t.on("touchmove",e.handleMoveBody)}function lh(a,n){var t=a.graph,e=new Set(["x","y","zIndex","type"]);n.eachNodeAttributesUpdatedGraphUpdate=function(r){var i,o=(i=r.hints)===null||i===void 0?void 0:i.attributes,s=!o||o.some(function(l){return e.has(l)});a.refresh({partialGraph:{nodes:t.nodes()},skipIndexation:!s,schedule:!0})},n.eachEdgeAttributesUpdatedGraphUpdate=function(r){var i,o=(i=r.hints)===null||i===void 0?void 0:i.attributes,s=o&&["zIndex","type"].some(function(l){return o?.includes(l)});a.refresh({partialGraph:{edges:t.edges()},skipIndexation:!s,schedule:!0})},n.addNodeGraphUpdate=function(r){a.addNode(r.key),a.refresh({partialGraph:{nodes:[r.key]},skipIndexation:!1,schedule:!0})},n.updateNodeGraphUpdate=function(r){a.refresh({partialGraph:{nodes:[r.key]},skipIndexation:!1,schedule:!0})},n.dropNodeGraphUpdate=function(r){a.removeNode(r.key),a.refresh({schedule:!0})},n.addEdgeGraphUpdate=function(r){var i=r.key;a.edgeGroups.register(i),a.addEdge(i);var o=a.edgeGroups.getSiblings(i),s=O(o),l;try{for(s.s();!(l=s.n()).done;){var d=l.value;a.addEdge(d)}}catch(u){s.e(u)}finally{s.f()}a.refresh({partialGraph:{edges:[i].concat(V(o))},schedule:!0})},n.updateEdgeGraphUpdate=function(r){a.refresh({partialGraph:{edges:[r.key]},skipIndexation:!1,schedule:!0})},n.dropEdgeGraphUpdate=function(r){var i=r.key,o=a.edgeGroups.getSiblings(i);a.edgeGroups.unregister(i),a.removeEdge(i);var s=O(o),l;try{for(s.s();!(l=s.n()).done;){var d=l.value;a.addEdge(d)}}catch(u){s.e(u)}finally{s.f()}a.refresh({schedule:!0})},n.clearEdgesGraphUpdate=function(){a.clearEdgeState(),a.clearEdgeIndices(),a.refresh({schedule:!0})},n.clearGraphUpdate=function(){a.clearEdgeState(),a.clearNodeState(),a.clearEdgeIndices(),a.clearNodeIndices(),a.refresh({schedule:!0})},t.on("nodeAdded",n.addNodeGraphUpdate),t.on("nodeDropped",n.dropNodeGraphUpdate),t.on("nodeAttributesUpdated",n.updateNodeGraphUpdate),t.on("eachNodeAttributesUpdated",n.eachNodeAttributesUpdatedGraphUpdate),t.on("edgeAdded",n.addEdgeGraphUpdate),t.on("edgeDropped",n.dropEdgeGraphUpdate),t.on("edgeAttributesUpdated",n.updateEdgeGraphUpdate),t.on("eachEdgeAttributesUpdated",n.eachEdgeAttributesUpdatedGraphUpdate),t.on("edgesCleared",n.clearEdgesGraphUpdate),t.on("cleared",n.clearGraphUpdate)}function dh(a,n){a.removeListener("nodeAdded",n.addNodeGraphUpdate),a.removeListener("nodeDropped",n.dropNodeGraphUpdate),a.removeListener("nodeAttributesUpdated",n.updateNodeGraphUpdate),a.removeListener("eachNodeAttributesUpdated",n.eachNodeAttributesUpdatedGraphUpdate),a.removeListener("edgeAdded",n.addEdgeGraphUpdate),a.removeListener("edgeDropped",n.dropEdgeGraphUpdate),a.removeListener("edgeAttributesUpdated",n.updateEdgeGraphUpdate),a.removeListener("eachEdgeAttributesUpdated",n.eachEdgeAttributesUpdatedGraphUpdate),a.removeListener("edgesCleared",n.clearEdgesGraphUpdate),a.removeListener("cleared",n.clearGraphUpdate)}var uh={x:.5,y:.5,angle:0,ratio:1},ch=8,hh=.001;function fh(a){var n=a.coords,t=a.nodeData,e=a.dimensions,r=a.stagePadding,i=a.zoomToSizeRatioFunction,o=a.itemSizesReference,s=a.fitLabels,l=a.nodeLabelBox,d=Object.keys(n);if(!d.length)return a.extent;for(var u=i(1)||1,c=o==="positions",f=e.width,h=e.height,g=a.extent,p=0;p<ch;p++){for(var m=Cn(g),v={width:g.x[1]-g.x[0]||1,height:g.y[1]-g.y[0]||1},b=Ge(uh,e,v,r),y=Ro(b,m({x:0,y:0}),f,h),_=Ro(b,m({x:1,y:0}),f,h),x=Math.hypot(_.x-y.x,_.y-y.y)||1,T=1/0,w=-1/0,E=1/0,L=-1/0,R=0,I=d.length;R<I;R++){var A=d[R],N=t[A],D=N.size/u*(c?x:1),F=-D,z=D,G=-D,C=D;if(s){var k=l(N,D);k&&(k.minX<F&&(F=k.minX),k.maxX>z&&(z=k.maxX),k.minY<G&&(G=k.minY),k.maxY>C&&(C=k.maxY))}var M=n[A],$=M.x,H=M.y;T=Math.min(T,$+F/x),w=Math.max(w,$+z/x),E=Math.min(E,H-C/x),L=Math.max(L,H-G/x)}var Y={x:[T,w],y:[E,L]},j=Math.max(Y.x[1]-Y.x[0],Y.y[1]-Y.y[0])||1,q=Math.max(Math.abs(Y.x[0]-g.x[0]),Math.abs(Y.x[1]-g.x[1]),Math.abs(Y.y[0]-g.y[0]),Math.abs(Y.y[1]-g.y[1]));if(g=Y,q/j<hh)break}return g}function Ro(a,n,t,e){var r=ut(a,n);return{x:(1+r.x)*t/2,y:(1-r.y)*e/2}}var gh=typeof navigator<"u"&&/Mac|iP(hone|ad|od)/.test(navigator.platform),ph=1500,vh=`.sigma-gesture-hint {
  position: absolute;
  inset: 0;
  display: flex;
  align-items: center;
  justify-content: center;
  text-align: center;
  padding: 1em;
  background: #00000066;
  color: #ffffff;
  font-size: 1em;
  pointer-events: none;
  transition: opacity 0.1s;
}`;function Ao(a){var n,t,e=pt("style");e.textContent=a,document.head.appendChild(e);var r=((n=(t=e.sheet)===null||t===void 0?void 0:t.cssRules.length)!==null&&n!==void 0?n:0)>0;return e.remove(),r}var Ze=null;function mh(){return Ze===null&&(Ze=vh,Ao("@scope {}")&&(Ze=`@scope {
`.concat(Ze,`
}`)),Ao("@layer sigma-gesture-hint {}")&&(Ze=`@layer sigma-gesture-hint {
`.concat(Ze,`
}`))),Ze}var bh=(function(){function a(n){K(this,a),S(this,"hideTimeout",null),this.styleElement=pt("style"),this.styleElement.textContent=mh(),n.appendChild(this.styleElement),this.element=pt("div",{opacity:"0"},{class:"sigma-gesture-hint"}),n.appendChild(this.element)}return Z(a,[{key:"show",value:function(t,e){var r=this,i=t==="touch"?e.sharedGestureTouchMessage:gh?e.sharedGestureAppleWheelMessage:e.sharedGestureWheelMessage;i&&(this.element.textContent=i,this.element.style.opacity="1",typeof this.hideTimeout=="number"&&clearTimeout(this.hideTimeout),this.hideTimeout=window.setTimeout(function(){r.hideTimeout=null,r.element.style.opacity="0"},ph))}},{key:"kill",value:function(){typeof this.hideTimeout=="number"&&clearTimeout(this.hideTimeout),this.styleElement.remove(),this.element.remove()}}])})(),yh=(function(){function a(n){K(this,a),S(this,"readBuffer",null),S(this,"fence",null),S(this,"result",new Uint8Array(4)),S(this,"generation",0),S(this,"readGeneration",0),S(this,"lastEvent",null),S(this,"active",!1),S(this,"dirty",!1),S(this,"rafId",null),S(this,"killed",!1),this.options=n}return Z(a,[{key:"pointerMoved",value:function(t){this.lastEvent=t,this.active=!0,!this.options.isRenderPending()&&this.request()}},{key:"pointerLeft",value:function(){this.active=!1,this.dirty=!1}},{key:"frameRendered",value:function(){this.request()}},{key:"invalidate",value:function(){this.generation++}},{key:"request",value:function(){if(!(this.killed||!this.active||!this.lastEvent)){if(this.fence){this.dirty=!0;return}this.startRead()}}},{key:"startRead",value:function(){var t=this.options,e=t.gl,r=t.getFrameBuffer,i=t.getPixelRatio,o=t.getDownSizingRatio;this.readGeneration=this.generation;var s=this.lastEvent,l=ha(e,s.x,s.y,i(),o()),d=J(l,2),u=d[0],c=d[1];this.readBuffer||(this.readBuffer=e.createBuffer()),e.bindFramebuffer(e.FRAMEBUFFER,r()),e.bindBuffer(e.PIXEL_PACK_BUFFER,this.readBuffer),e.bufferData(e.PIXEL_PACK_BUFFER,4,e.STREAM_READ),e.readPixels(u,c,1,1,e.RGBA,e.UNSIGNED_BYTE,0),e.bindBuffer(e.PIXEL_PACK_BUFFER,null),e.bindFramebuffer(e.FRAMEBUFFER,null),this.fence=e.fenceSync(e.SYNC_GPU_COMMANDS_COMPLETE,0),e.flush(),this.schedulePoll(s)}},{key:"schedulePoll",value:function(t){var e=this;this.rafId=requestAnimationFrame(function(){e.rafId=null,e.poll(t)})}},{key:"poll",value:function(t){var e=this.options,r=e.gl,i=e.onIndex;if(!(this.killed||!this.fence)){var o=r.clientWaitSync(this.fence,0,0);if(o===r.TIMEOUT_EXPIRED){this.schedulePoll(t);return}if(r.deleteSync(this.fence),this.fence=null,o!==r.WAIT_FAILED&&this.readGeneration===this.generation){r.bindBuffer(r.PIXEL_PACK_BUFFER,this.readBuffer),r.getBufferSubData(r.PIXEL_PACK_BUFFER,0,this.result),r.bindBuffer(r.PIXEL_PACK_BUFFER,null);var s=J(this.result,4),l=s[0],d=s[1],u=s[2],c=s[3];this.active&&i(fa(l,d,u,c),t)}this.dirty&&(this.dirty=!1,this.active&&this.lastEvent&&!this.options.isRenderPending()&&this.startRead())}}},{key:"reset",value:function(){this.rafId!==null&&cancelAnimationFrame(this.rafId),this.rafId=null,this.fence=null,this.readBuffer=null,this.dirty=!1}},{key:"kill",value:function(){this.killed=!0,this.rafId!==null&&cancelAnimationFrame(this.rafId),this.rafId=null;var t=this.options.gl;this.fence&&t.deleteSync(this.fence),this.fence=null,this.readBuffer&&t.deleteBuffer(this.readBuffer),this.readBuffer=null}}])})(),Do=(function(){function a(n,t){K(this,a),this.key=n,this.size=t}return Z(a,null,[{key:"compare",value:function(t,e){return t.size>e.size?-1:t.size<e.size||t.key>e.key?1:-1}}])})(),jn=(function(){function a(){K(this,a),S(this,"width",0),S(this,"height",0),S(this,"cellSize",0),S(this,"columns",0),S(this,"rows",0),S(this,"cells",{})}return Z(a,[{key:"resizeAndClear",value:function(t,e){this.width=t.width,this.height=t.height,this.cellSize=e,this.columns=Math.ceil(t.width/e),this.rows=Math.ceil(t.height/e),this.cells={}}},{key:"getIndex",value:function(t){var e=Math.floor(t.x/this.cellSize),r=Math.floor(t.y/this.cellSize);return r*this.columns+e}},{key:"add",value:function(t,e,r){var i=new Do(t,e),o=this.getIndex(r),s=this.cells[o];s||(s=[],this.cells[o]=s),s.push(i)}},{key:"organize",value:function(){for(var t in this.cells){var e=this.cells[t];e.sort(Do.compare)}}},{key:"getLabelsToDisplay",value:function(t,e,r){var i=this.cellSize*this.cellSize,o=i/t/t,s=o*e/i,l=Math.ceil(s),d=[];if(r)for(var u=Math.max(0,Math.floor(r.x1/this.cellSize)),c=Math.min(this.columns-1,Math.floor(r.x2/this.cellSize)),f=Math.max(0,Math.floor(r.y1/this.cellSize)),h=Math.min(this.rows-1,Math.floor(r.y2/this.cellSize)),g=f;g<=h;g++)for(var p=u;p<=c;p++){var m=g*this.columns+p,v=this.cells[m];if(v)for(var b=0;b<Math.min(l,v.length);b++)d.push(v[b].key)}else for(var y in this.cells)for(var _=this.cells[y],x=0;x<Math.min(l,_.length);x++)d.push(_[x].key);return d}}])})();function xh(a){var n=a.graph,t=a.hoveredNode,e=a.highlightedNodes,r=a.displayedNodeLabels,i=new Set,o=new Set(e);t&&o.add(t);var s=O(o),l;try{for(s.s();!(l=s.n()).done;){var d=l.value;n.hasNode(d)&&n.forEachEdge(d,function(h){i.add(h)})}}catch(h){s.e(h)}finally{s.f()}var u=O(r),c;try{var f=function(){var g=c.value;if(o.has(g))return 1;n.forEachEdge(g,function(p,m,v,b){var y=v===g?b:v;r.has(y)&&i.add(p)})};for(u.s();!(c=u.n()).done;)f()}catch(h){u.e(h)}finally{u.f()}return Array.from(i)}var St=150,Et=50,_h={both:0,node:1,label:2},Th={over:0,above:1,below:2,auto:3},Lo=12,Sh=3,Eh=(function(){function a(n){K(this,a),S(this,"labelGrid",new jn),S(this,"edgeAnchorGrid",new jn),S(this,"displayedNodeLabels",new Set),S(this,"displayedEdgeLabels",new Set),S(this,"edgeLabelCandidates",[]),S(this,"renderedNodeLabels",new Set),S(this,"labelSizeCache",new Map),S(this,"framePassPoints",new Float32Array(0)),S(this,"labelsDirty",!0),this.internals=n}return Z(a,[{key:"resetFrame",value:function(){this.displayedNodeLabels=new Set,this.renderedNodeLabels=new Set,this.labelSizeCache.clear()}},{key:"clearEdgeLabels",value:function(){this.displayedEdgeLabels=new Set}},{key:"resetLabelGrid",value:function(){this.labelGrid=new jn,this.edgeAnchorGrid=new jn}},{key:"processWebGLLabels",value:function(t){for(var e,r=this.internals,i=r.labelProgram,o=r.primitives,s=r.nodeDataCache,l=(o==null||(e=o.nodes)===null||e===void 0||(e=e.label)===null||e===void 0||(e=e.font)===null||e===void 0?void 0:e.family)||"sans-serif",d=new Map,u=0,c=t.length;u<c;u++){var f=t[u],h=s[f];if(!(h.visibility==="hidden"||!h.label)){var g=h.labelFont||l,p=d.get(g);p?p.push(h.label):d.set(g,[h.label])}}var m=O(d),v;try{for(m.s();!(v=m.n()).done;){var b=J(v.value,2),y=b[0],_=b[1],x=Fn(y),T=x.family,w=x.weight,E=x.style,L=i.registerFont(T,w,E);i.ensureGlyphsReady(_,L)}}catch(R){m.e(R)}finally{m.f()}}},{key:"measureNodeLabel",value:function(t){var e,r;if(!t.label)return{width:0,height:0,textHeight:0};var i=this.internals,o=i.labelProgram,s=i.primitives,l=(e=t.labelSize)!==null&&e!==void 0?e:14,d=t.labelFont||(s==null||(r=s.nodes)===null||r===void 0||(r=r.label)===null||r===void 0||(r=r.font)===null||r===void 0?void 0:r.family)||"sans-serif",u="".concat(t.label,"|").concat(l,"|").concat(d);if(this.labelSizeCache.has(u))return this.labelSizeCache.get(u);var c=Fn(d),f=c.family,h=c.weight,g=c.style,p=o.registerFont(f,h,g),m=o.measureLabel(t.label,l,p);return this.labelSizeCache.set(u,m),m}},{key:"nodeLabelBox",value:function(t,e){var r,i,o,s,l;if(t.visibility==="hidden"||t.labelVisibility==="hidden")return null;var d=this.measureNodeLabel(t),u=d.width,c=d.height,f=d.textHeight;if(!u)return null;var h=(r=(i=this.internals.primitives)===null||i===void 0||(i=i.nodes)===null||i===void 0||(i=i.label)===null||i===void 0?void 0:i.margin)!==null&&r!==void 0?r:bt,g=e+h,p=t.labelBackgroundColor?(o=t.labelBackgroundPadding)!==null&&o!==void 0?o:Oa:0,m=u/2,v=c/2,b=m+p,y=v+p,_=f/2,x=0,T=0;switch((s=t.labelPosition)!==null&&s!==void 0?s:"right"){case"left":x=-(g+m);break;case"above":T=-(g+_);break;case"below":T=g+_;break;case"over":break;default:x=g+m}var w=(l=t.labelAngle)!==null&&l!==void 0?l:0,E=ca({x,y:T},w),L=E.x,R=E.y,I=Math.abs(Math.cos(w)),A=Math.abs(Math.sin(w)),N=I*b+A*y,D=A*b+I*y;return{minX:L-N,maxX:L+N,minY:R-D,maxY:R+D}}},{key:"computeDisplayedNodeLabels",value:function(){var t=this.internals.getCameraState(),e=this.internals.getDimensions(),r=e.width,i=e.height,o=this.internals.viewportToFramedGraph({x:-St,y:-Et}),s=this.internals.viewportToFramedGraph({x:r+St,y:-Et}),l=this.internals.viewportToFramedGraph({x:-St,y:i+Et}),d=this.internals.viewportToFramedGraph({x:r+St,y:i+Et}),u=Math.min(o.x,s.x,l.x,d.x),c=Math.max(o.x,s.x,l.x,d.x),f=Math.min(o.y,s.y,l.y,d.y),h=Math.max(o.y,s.y,l.y,d.y),g=Ge({x:.5,y:.5,ratio:1,angle:0},{width:r,height:i},this.internals.getGraphDimensions(),this.internals.getStagePadding()),p=function(k){var M=ut(g,k);return{x:(1+M.x)*r/2,y:(1-M.y)*i/2}},m=p({x:u,y:f}),v=p({x:c,y:f}),b=p({x:u,y:h}),y=p({x:c,y:h}),_={x1:Math.min(m.x,v.x,b.x,y.x),y1:Math.min(m.y,v.y,b.y,y.y),x2:Math.max(m.x,v.x,b.x,y.x),y2:Math.max(m.y,v.y,b.y,y.y)},x=this.internals,T=x.settings,w=x.nodeDataCache,E=x.nodesWithForcedLabels,L=this.labelGrid.getLabelsToDisplay(t.ratio,T.labelDensity,_);Da(L,E);for(var R=0,I=L.length;R<I;R++){var A=L[R],N=w[A];if(!this.displayedNodeLabels.has(A)&&!(N.visibility==="hidden"||N.labelVisibility==="hidden")&&N.label&&!(N.x<u||N.x>c||N.y<f||N.y>h)){var D=this.internals.framedGraphToViewport(N),F=D.x,z=D.y,G=this.internals.scaleSize(N.size);!Me(N)&&G<T.labelRenderedSizeThreshold||F<-St-G||F>r+St+G||z<-Et-G||z>i+Et+G||this.displayedNodeLabels.add(A)}}}},{key:"buildFramePassPoints",value:function(){var t=this.internals,e=t.nodeDataCache,r=t.nodeDataTexture;if(!r)return{data:this.framePassPoints,count:0};var i=this.displayedNodeLabels.size*3;this.framePassPoints.length<i&&(this.framePassPoints=new Float32Array(i));var o=this.framePassPoints,s=0,l=O(this.displayedNodeLabels),d;try{for(l.s();!(d=l.n()).done;){var u,c,f=d.value,h=e[f];if(h){var g=r.getIndex(f);g<0||(o[s*3]=g,o[s*3+1]=(u=mt[h.labelPosition||Pe.labelPosition])!==null&&u!==void 0?u:0,o[s*3+2]=(c=h.labelAngle)!==null&&c!==void 0?c:0,s++)}}}catch(p){l.e(p)}finally{l.f()}return{data:o,count:s}}},{key:"renderWebGLLabels",value:function(t,e){var r=this.internals,i=r.nodeDataCache,o=r.labelProgram,s=r.primitives,l=r.nodeDataTexture,d=[],u=O(this.displayedNodeLabels),c;try{for(u.s();!(c=u.n()).done;){var f=c.value;if(!this.renderedNodeLabels.has(f)){var h=i[f];e&&h.labelDepth!==e||(this.renderedNodeLabels.add(f),d.push(f))}}}catch(ce){u.e(ce)}finally{u.f()}if(d.length!==0){if(this.labelsDirty){for(var g,p,m,v=0,b=0,y=d.length;b<y;b++){var _=i[d[b]];v+=_.label.length}o.reallocate(v);for(var x=14,T=(g=s==null||(p=s.nodes)===null||p===void 0||(p=p.label)===null||p===void 0?void 0:p.margin)!==null&&g!==void 0?g:bt,w=Pe.labelPosition,E=(s==null||(m=s.nodes)===null||m===void 0||(m=m.label)===null||m===void 0||(m=m.font)===null||m===void 0?void 0:m.family)||"sans-serif",L=new Map,R=0,I=0,A=d.length;I<A;I++){var N,D,F,z,G=d[I],C=i[G],k=C.labelFont||E,M=L.get(k);if(M===void 0){var $=Fn(k),H=$.family,Y=$.weight,j=$.style;M=o.registerFont(H,Y,j),L.set(k,M)}var q={text:C.label,x:C.x,y:C.y,size:(N=C.labelSize)!==null&&N!==void 0?N:x,color:C.labelColor,nodeSize:C.size,margin:T,position:(D=C.labelPosition)!==null&&D!==void 0?D:w,hidden:!1,forceLabel:Me(C),type:"default",zIndex:(F=C.zIndex)!==null&&F!==void 0?F:0,parentType:"node",parentKey:G,fontKey:M,labelAngle:(z=C.labelAngle)!==null&&z!==void 0?z:0,nodeIndex:l.getIndex(G)},_e=o.processLabel(G,R,q);R+=_e}o.invalidateBuffers()}o.render(t)}}},{key:"renderBackdrops",value:function(t,e){var r=this.internals,i=r.backdropProgram,o=r.nodeDataCache,s=r.nodesWithBackdrop,l=r.attachmentManager,d=r.pixelRatio,u=r.nodeDataTexture,c=[],f=O(s),h;try{for(f.s();!(h=f.n()).done;){var g,p=h.value,m=o[p];if(!(!m||m.visibility==="hidden")&&!(e&&m.depth!==e)){var v=(g=u?.getIndex(p))!==null&&g!==void 0?g:-1;v<0||c.push({key:p,nodeIndex:v})}}}catch(He){f.e(He)}finally{f.f()}if(c.length!==0){i.reallocate(c.length);for(var b=0;b<c.length;b++){var y,_,x,T,w,E,L,R,I=c[b],A=I.key,N=I.nodeIndex,D=o[A],F=this.displayedNodeLabels.has(A),z=F?this.measureNodeLabel(D):{width:0,height:0,textHeight:0},G=z.textHeight,C=z.width,k=z.height,M=0,$=0;if(F&&D.labelAttachment&&l){var H=l.getEntry(A,D.labelAttachment);if(H){var Y=D.labelAttachmentPlacement||"below";if(Y==="below"||Y==="above"){var j=H.height/d;k+=j+We,C=Math.max(C,H.width/d),$=Y==="below"?(j+We)/2:-(j+We)/2}else{var q=H.width/d;C+=q+We,k=Math.max(k,H.height/d),M=Y==="right"?(q+We)/2:-(q+We)/2}}}var _e=D.backdropColor?ze(D.backdropColor):[255,255,255,255],ce=D.backdropShadowColor?ze(D.backdropShadowColor):[0,0,0,128],Le=_e.map(function(He){return He/255}),et=ce.map(function(He){return He/255}),wt=(y=D.backdropShadowBlur)!==null&&y!==void 0?y:12,Rt=(_=D.backdropPadding)!==null&&_!==void 0?_:6,At=D.backdropBorderColor?ze(D.backdropBorderColor):[0,0,0,0],ts=At.map(function(He){return He/255}),ns=(x=D.backdropBorderWidth)!==null&&x!==void 0?x:0,as=(T=D.backdropCornerRadius)!==null&&T!==void 0?T:0,ir=(w=D.backdropLabelPadding)!==null&&w!==void 0?w:-1,rs=ir<0?Rt:ir,is=(E=_h[(L=D.backdropArea)!==null&&L!==void 0?L:"both"])!==null&&E!==void 0?E:0,os={key:A,nodeIndex:N,label:D.label,labelWidth:C,labelHeight:k,textHeight:G,type:"default",position:D.labelPosition||Pe.labelPosition,labelAngle:(R=D.labelAngle)!==null&&R!==void 0?R:0,backdropColor:Le,backdropShadowColor:et,backdropShadowBlur:wt,backdropPadding:Rt,backdropBorderColor:ts,backdropBorderWidth:ns,backdropCornerRadius:as,backdropLabelPadding:rs,backdropArea:is,labelBoxOffset:[M,$]};i.processBackdrop(b,os)}i.invalidateBuffers(),i.render(t)}}},{key:"renderLabelBackgrounds",value:function(t,e){var r=this.internals,i=r.labelBackgroundProgram,o=r.nodeDataCache,s=r.nodeDataTexture,l=ue.nodeLabel.writesPickingThisFrame(this.internals),d=[],u=O(this.displayedNodeLabels),c;try{for(u.s();!(c=u.n()).done;){var f=c.value,h=o[f];!h||h.visibility==="hidden"||e&&h.labelDepth!==e||!l&&!h.labelBackgroundColor||d.push(f)}}catch(N){u.e(N)}finally{u.f()}if(d.length!==0){i.reallocate(d.length);for(var g=0;g<d.length;g++){var p,m,v,b,y=d[g],_=o[y],x=(p=s?.getIndex(y))!==null&&p!==void 0?p:-1;if(!(x<0)){var T=this.measureNodeLabel(_),w=T.width,E=T.height,L=T.textHeight,R=Qe(this.internals.pickingState,"nodeLabel",y)||Qe(this.internals.pickingState,"node",y),I=_.labelBackgroundColor?be(_.labelBackgroundColor):be("transparent"),A={nodeIndex:x,id:ct(R),color:I,labelWidth:w,labelHeight:E,textHeight:L,positionMode:(m=mt[_.labelPosition||Pe.labelPosition])!==null&&m!==void 0?m:0,labelAngle:(v=_.labelAngle)!==null&&v!==void 0?v:0,padding:(b=_.labelBackgroundPadding)!==null&&b!==void 0?b:Oa};i.processLabelBackground(g,A)}}i.invalidateBuffers(),i.render(t)}}},{key:"cacheAttachments",value:function(t){var e=this.internals,r=e.attachmentManager,i=e.pixelRatio,o=e.nodeDataCache,s=e.nodesWithBackdrop,l=e.graph;if(r){var d=O(s),u;try{for(d.s();!(u=d.n()).done;){var c=u.value;if(this.displayedNodeLabels.has(c)){var f=o[c];if(!(!f||f.visibility==="hidden")&&!(t&&f.depth!==t)&&f.labelAttachment){var h=l.getNodeAttributes(c),g=this.measureNodeLabel(f),p=g.width,m=g.height,v={node:c,attributes:h,pixelRatio:i,labelWidth:p,labelHeight:m};r.renderAttachment(c,f.labelAttachment,v)}}}}catch(b){d.e(b)}finally{d.f()}r.regenerateAtlas()}}},{key:"renderAttachments",value:function(t,e){var r=this.internals,i=r.attachmentManager,o=r.attachmentProgram,s=r.nodeDataCache,l=r.nodesWithBackdrop,d=r.pixelRatio,u=r.nodeDataTexture;if(!(!i||!o)){var c=0;o.reallocateAttachments(l.size);var f=O(l),h;try{for(f.s();!(h=f.n()).done;){var g,p,m,v,b=h.value;if(this.displayedNodeLabels.has(b)){var y=s[b];if(!(!y||y.visibility==="hidden")&&!(e&&y.labelDepth!==e)&&y.labelAttachment){var _=i.getEntry(b,y.labelAttachment);if(_){var x=(g=u?.getIndex(b))!==null&&g!==void 0?g:-1;if(!(x<0)){var T=this.measureNodeLabel(y),w=T.width,E=T.height,L=T.textHeight,R=(p=Xi[y.labelAttachmentPlacement||"below"])!==null&&p!==void 0?p:0;o.processAttachment(c,{nodeIndex:x,atlasX:_.x,atlasY:_.y,atlasW:_.width,atlasH:_.height,attachWidth:_.width/d,attachHeight:_.height/d,positionMode:(m=mt[y.labelPosition||Pe.labelPosition])!==null&&m!==void 0?m:0,attachmentPlacement:R,labelWidth:w,labelHeight:E,textHeight:L,labelAngle:(v=y.labelAngle)!==null&&v!==void 0?v:0}),c++}}}}}}catch(I){f.e(I)}finally{f.f()}c!==0&&(o.reallocateAttachments(c),i.bindTexture(Ht),o.invalidateBuffers(),o.render(t))}}},{key:"computeDisplayedEdgeLabels",value:function(){var t=this.internals,e=t.graph,r=t.stateManager,i=t.settings,o=t.edgesWithForcedLabels,s=r.getHighlightedNodes(),l=i.edgeLabelAnchors==="allNodes"?new Set(this.edgeAnchorGrid.getLabelsToDisplay(this.internals.getCameraState().ratio,i.labelDensity)):this.displayedNodeLabels,d=r.hovered,u=xh({graph:e,hoveredNode:d?.kind==="node"?d.key:null,displayedNodeLabels:l,highlightedNodes:s});Da(u,o),this.edgeLabelCandidates=u,this.displayedEdgeLabels=new Set}},{key:"filterEdgeLabelsForDepth",value:function(t){for(var e=this.internals,r=e.graph,i=e.nodeDataCache,o=e.edgeDataCache,s=[],l=new Set,d=0,u=this.edgeLabelCandidates.length;d<u;d++){var c=this.edgeLabelCandidates[d];if(!l.has(c)){l.add(c);var f=r.extremities(c),h=i[f[0]],g=i[f[1]],p=o[c];!p||!h||!g||p.visibility==="hidden"||p.labelVisibility==="hidden"||h.visibility==="hidden"||g.visibility==="hidden"||t&&p.labelDepth!==t||p.label&&s.push(c)}}return s}},{key:"renderEdgeLabels",value:function(t,e){var r=this.internals,i=r.graph,o=r.nodeDataCache,s=r.edgeDataCache,l=r.primitives,d=r.edgeLabelProgram,u=r.nodeDataTexture,c=r.edgeDataTexture;if(d){var f=this.filterEdgeLabelsForDepth(e),h=O(f),g;try{for(h.s();!(g=h.n()).done;){var p=g.value;this.displayedEdgeLabels.add(p)}}catch(q){h.e(q)}finally{h.f()}if(f.length!==0){if(this.labelsDirty){var m,v,b=0,y=O(f),_;try{for(y.s();!(_=y.n()).done;){var x=_.value;b+=s[x].label.length}}catch(q){y.e(q)}finally{y.f()}d.reallocate(b);var T=(m=l==null||(v=l.edges)===null||v===void 0||(v=v.label)===null||v===void 0?void 0:v.margin)!==null&&m!==void 0?m:5,w="over",E=0,L=O(f),R;try{for(L.s();!(R=L.n()).done;){var I,A,N=R.value,D=i.extremities(N),F=D[0],z=D[1],G=o[F],C=o[z],k=s[N],M=u.getIndex(F),$=u.getIndex(z),H=c.getIndex(N),Y={text:k.label,x:(G.x+C.x)/2,y:(G.y+C.y)/2,size:Lo,color:k.labelColor,nodeSize:0,nodeIndex:-1,margin:T,position:(I=k.labelPosition)!==null&&I!==void 0?I:w,hidden:!1,forceLabel:Me(k),type:"default",zIndex:(A=k.zIndex)!==null&&A!==void 0?A:0,parentType:"edge",parentKey:N,fontKey:"",labelAngle:0,sourceX:G.x,sourceY:G.y,targetX:C.x,targetY:C.y,sourceSize:G.size,targetSize:C.size,sourceShape:G.shape||"circle",targetShape:C.shape||"circle",edgeSize:k.size,offset:0,edgeAttributes:k,sourceNodeIndex:M,targetNodeIndex:$,edgeIndex:H},j=d.processEdgeLabel(N,E,Y);E+=j}}catch(q){L.e(q)}finally{L.f()}d.invalidateBuffers()}d.render(t)}}}},{key:"renderEdgeLabelBackgrounds",value:function(t,e){var r,i,o=this.internals,s=o.edgeLabelBackgroundProgram,l=o.edgeLabelProgram,d=o.edgeDataCache,u=o.primitives,c=o.edgeDataTexture;if(!(!c||!l||!s)){var f=ue.edgeLabel.writesPickingThisFrame(this.internals),h=(r=u==null||(i=u.edges)===null||i===void 0||(i=i.label)===null||i===void 0?void 0:i.margin)!==null&&r!==void 0?r:5,g="over",p=this.filterEdgeLabelsForDepth(e),m=[],v=O(p),b;try{for(v.s();!(b=v.n()).done;){var y=b.value;!f&&!d[y].labelBackgroundColor||m.push(y)}}catch(G){v.e(G)}finally{v.f()}if(m.length!==0){s.reallocate(m.length);for(var _=0;_<m.length;_++){var x,T,w,E=m[_],L=d[E],R=L.label,I=l.measureLabelAtlasWidth(R),A=(x=L.labelPosition)!==null&&x!==void 0?x:g,N=typeof A=="string"&&(T=Th[A])!==null&&T!==void 0?T:0,D=Qe(this.internals.pickingState,"edgeLabel",E)||Qe(this.internals.pickingState,"edge",E),F=L.labelBackgroundColor?be(L.labelBackgroundColor):be("transparent"),z={edgeIndex:c.getIndex(E),baseFontSize:Lo,totalTextWidth:I,positionMode:N,margin:h,padding:(w=L.labelBackgroundPadding)!==null&&w!==void 0?w:Sh,color:F,id:ct(D),edgeAttributes:L};s.processEdgeLabelBackground(_,E,z)}s.invalidateBuffers(),s.render(t)}}}}])})(),wh=(function(){function a(n,t,e,r){K(this,a),S(this,"nodeStates",new Map),S(this,"edgeStates",new Map),S(this,"hovered",null),S(this,"dirtyNodes",new Set),S(this,"dirtyEdges",new Set),S(this,"graphStateChanged",!1),S(this,"graphStateFlagsDirty",!1),this.scheduleRefresh=n,this.customNodeStateDefaults=t,this.customEdgeStateDefaults=e,this.customGraphStateDefaults=r,this.graphState=_a(r)}return Z(a,[{key:"getNodeState",value:function(t){t=""+t;var e=this.nodeStates.get(t);return e||(e=vi(this.customNodeStateDefaults),this.nodeStates.set(t,e)),e}},{key:"getEdgeState",value:function(t){t=""+t;var e=this.edgeStates.get(t);return e||(e=mi(this.customEdgeStateDefaults),this.edgeStates.set(t,e)),e}},{key:"getGraphState",value:function(){return this.flushGraphStateFlags(),this.graphState}},{key:"getHighlightedNodes",value:function(){var t=new Set,e=O(this.nodeStates),r;try{for(e.s();!(r=e.n()).done;){var i=J(r.value,2),o=i[0],s=i[1];s.isHighlighted&&t.add(o)}}catch(l){e.e(l)}finally{e.f()}return t}},{key:"setNodeState",value:function(t,e){t=""+t;var r=this.getNodeState(t);if(gt(r,e)){var i=B(B({},r),e);this.nodeStates.set(t,i),this.dirtyNodes.add(t),this.updateHoveredNodeTracking(t,r,i),this.graphStateFlagsDirty=!0,this.scheduleRefresh()}}},{key:"setEdgeState",value:function(t,e){t=""+t;var r=this.getEdgeState(t);if(gt(r,e)){var i=B(B({},r),e);this.edgeStates.set(t,i),this.dirtyEdges.add(t),this.updateHoveredEdgeTracking(t,r,i),this.graphStateFlagsDirty=!0,this.scheduleRefresh()}}},{key:"setGraphState",value:function(t){if(gt(this.graphState,t)){var e=B(B({},this.graphState),t);e.isIdle=!e.isPanning&&!e.isZooming&&!e.isDragging,this.graphState=e,this.graphStateChanged=!0,this.scheduleRefresh()}}},{key:"setNodesState",value:function(t,e){var r=!1,i=O(t),o;try{for(i.s();!(o=i.n()).done;){var s=o.value;s=""+s;var l=this.getNodeState(s);if(gt(l,e)){var d=B(B({},l),e);this.nodeStates.set(s,d),this.dirtyNodes.add(s),this.updateHoveredNodeTracking(s,l,d),r=!0}}}catch(u){i.e(u)}finally{i.f()}r&&(this.graphStateFlagsDirty=!0,this.scheduleRefresh())}},{key:"setEdgesState",value:function(t,e){var r=!1,i=O(t),o;try{for(i.s();!(o=i.n()).done;){var s=o.value;s=""+s;var l=this.getEdgeState(s);if(gt(l,e)){var d=B(B({},l),e);this.edgeStates.set(s,d),this.dirtyEdges.add(s),this.updateHoveredEdgeTracking(s,l,d),r=!0}}}catch(u){i.e(u)}finally{i.f()}r&&(this.graphStateFlagsDirty=!0,this.scheduleRefresh())}},{key:"removeNode",value:function(t){this.nodeStates.delete(t),this.dirtyNodes.delete(t),this.clearHoveredFor("node",t)}},{key:"removeEdge",value:function(t){this.edgeStates.delete(t),this.dirtyEdges.delete(t),this.clearHoveredFor("edge",t)}},{key:"pruneNodes",value:function(t){var e=O(this.nodeStates.keys()),r;try{for(e.s();!(r=e.n()).done;){var i=r.value;t(i)||this.removeNode(i)}}catch(o){e.e(o)}finally{e.f()}}},{key:"pruneEdges",value:function(t){var e=O(this.edgeStates.keys()),r;try{for(e.s();!(r=e.n()).done;){var i=r.value;t(i)||this.removeEdge(i)}}catch(o){e.e(o)}finally{e.f()}}},{key:"clearNodes",value:function(){this.nodeStates.clear(),this.dirtyNodes.clear(),this.clearHoveredForKinds(Qa("node"))}},{key:"clearEdges",value:function(){this.edgeStates.clear(),this.dirtyEdges.clear(),this.clearHoveredForKinds(Qa("edge"))}},{key:"resetGraphState",value:function(){this.graphState=_a(this.customGraphStateDefaults),this.graphStateChanged=!1,this.graphStateFlagsDirty=!1}},{key:"clearDirtyTracking",value:function(){this.dirtyNodes.clear(),this.dirtyEdges.clear(),this.graphStateChanged=!1}},{key:"setHovered",value:function(t){this.hovered=t}},{key:"clearHoveredFor",value:function(t,e){this.hovered&&this.hovered.key===e&&Qa(t).includes(this.hovered.kind)&&(this.hovered=null)}},{key:"clearHoveredForKinds",value:function(t){this.hovered&&t.includes(this.hovered.kind)&&(this.hovered=null)}},{key:"updateGraphStateFromNodes",value:function(){var t,e=!1,r=!1,i=!1,o=O(this.nodeStates),s;try{for(o.s();!(s=o.n()).done;){var l=J(s.value,2),d=l[1];if(d.isHovered&&(e=!0),d.isHighlighted&&(r=!0),d.isDragged&&(i=!0),e&&r&&i)break}}catch(c){o.e(c)}finally{o.f()}!e&&((t=this.hovered)===null||t===void 0?void 0:t.kind)==="edge"&&(e=!0);var u=!this.graphState.isPanning&&!this.graphState.isZooming&&!i;(this.graphState.hasHovered!==e||this.graphState.hasHighlighted!==r||this.graphState.isDragging!==i||this.graphState.isIdle!==u)&&(this.graphStateChanged=!0),this.graphState=B(B({},this.graphState),{},{hasHovered:e,hasHighlighted:r,isDragging:i,isIdle:u})}},{key:"updateGraphStateFromEdges",value:function(){var t,e=((t=this.hovered)===null||t===void 0?void 0:t.kind)==="node";if(!e){var r=O(this.edgeStates),i;try{for(r.s();!(i=r.n()).done;){var o=J(i.value,2),s=o[1];if(s.isHovered){e=!0;break}}}catch(l){r.e(l)}finally{r.f()}}this.graphState.hasHovered!==e&&(this.graphStateChanged=!0),this.graphState=B(B({},this.graphState),{},{hasHovered:e})}},{key:"flushGraphStateFlags",value:function(){this.graphStateFlagsDirty&&(this.updateGraphStateFromNodes(),this.updateGraphStateFromEdges(),this.graphStateFlagsDirty=!1)}},{key:"updateHoveredNodeTracking",value:function(t,e,r){var i;if(e.isHovered!==r.isHovered)if(r.isHovered){var o;if(((o=this.hovered)===null||o===void 0?void 0:o.kind)==="node"&&this.hovered.key!==t){var s=this.hovered.key,l=this.getNodeState(s);this.nodeStates.set(s,B(B({},l),{},{isHovered:!1})),this.dirtyNodes.add(s)}this.hovered={kind:"node",key:t}}else((i=this.hovered)===null||i===void 0?void 0:i.kind)==="node"&&this.hovered.key===t&&(this.hovered=null)}},{key:"updateHoveredEdgeTracking",value:function(t,e,r){var i;if(e.isHovered!==r.isHovered)if(r.isHovered){var o;if(((o=this.hovered)===null||o===void 0?void 0:o.kind)==="edge"&&this.hovered.key!==t){var s=this.hovered.key,l=this.getEdgeState(s);this.edgeStates.set(s,B(B({},l),{},{isHovered:!1})),this.dirtyEdges.add(s)}this.hovered={kind:"edge",key:t}}else((i=this.hovered)===null||i===void 0?void 0:i.kind)==="edge"&&this.hovered.key===t&&(this.hovered=null)}}])})(),Co=1,ko=2,Po=3,Fo=4,Rh=(function(a){function n(t,e){var r,i,o,s,l,d=arguments.length>2&&arguments[2]!==void 0?arguments[2]:{};K(this,n),l=ae(this,n),S(l,"nodeReducer",null),S(l,"edgeReducer",null),S(l,"stageCanvas",null),S(l,"mouseLayer",null),S(l,"gestureHint",null),S(l,"extraElements",{}),S(l,"webGLContext",null),S(l,"pickingFrameBuffer",null),S(l,"pickingTexture",null),S(l,"pickingDepthBuffer",null),S(l,"activeListeners",{}),S(l,"nodeVariableEntries",[]),S(l,"edgeVariableEntries",[]),S(l,"edgePathsByName",new Map),S(l,"nodeProgramIndex",{}),S(l,"edgeProgramIndex",{}),S(l,"edgeTextureIndexCache",{}),S(l,"nodeGraphCoords",{}),S(l,"nodeExtent",{x:[0,1],y:[0,1]}),S(l,"matrix",me()),S(l,"invMatrix",me()),S(l,"correctionRatio",1),S(l,"frameId",0),S(l,"customBBox",null),S(l,"gpuTimerExt",void 0),S(l,"activeGpuTimerQuery",null),S(l,"pendingGpuTimerQueries",[]),S(l,"normalizationFunction",Cn({x:[0,1],y:[0,1]})),S(l,"graphToViewportRatio",1),S(l,"pickingState",eh()),S(l,"prevNodeVisibilities",{}),S(l,"width",0),S(l,"height",0),S(l,"autoRescaleFrozen",!1),S(l,"stylesDeclaration",null),S(l,"resolvedStageStyle",{}),S(l,"renderFrame",null),S(l,"contextLost",!1),S(l,"pendingProcess","full"),S(l,"needToRefreshState",!1),S(l,"checkEdgesEventsFrame",null),S(l,"edgeStyleAnalysis",{dependency:"static",xAttribute:null,yAttribute:null}),S(l,"depthLayers",V(Sn)),S(l,"customLayerPrograms",new Map),S(l,"nodeShapeSlug",null),S(l,"sdfAtlas",null),S(l,"depthRanges",{nodes:{},edges:{}}),S(l,"nodeBaseDepth",{}),S(l,"edgeBaseDepth",{});var u=d.primitives,c=d.styles,f=d.settings,h=f===void 0?{}:f,g=d.nodeReducer,p=d.edgeReducer,m=d.customNodeState,v=d.customEdgeState,b=d.customGraphState;l.stateManager=new wh(function(){return l.scheduleStateRefresh()},m,v,b);var y=u??xi;l.stylesDeclaration=c?{nodes:(r=c.nodes)!==null&&r!==void 0?r:Rn.nodes,edges:(i=c.edges)!==null&&i!==void 0?i:Rn.edges,stage:c.stage}:Rn,l.nodeReducer=g??null,l.edgeReducer=p??null;var _=Ta(l.stylesDeclaration.nodes);l.nodeReducer&&(_.dependency="graph-state"),l.edgeStyleAnalysis=Ta(l.stylesDeclaration.edges),l.edgeReducer&&(l.edgeStyleAnalysis.dependency="graph-state"),l.stylesDeclaration.stage&&(l.resolvedStageStyle=Aa(l.stylesDeclaration.stage,l.stateManager.graphState));var x=Ai(h);if(Pn(x),x.enableNodeDrag){var T=_.xAttribute,w=_.yAttribute;if((!T||!w)&&!x.dragPositionToAttributes)throw new Error('Sigma: `enableNodeDrag` is true but position attribute names could not be inferred from styles. Either use attribute bindings for x/y in your node styles (e.g. `x: { attribute: "x" }`), or provide a `dragPositionToAttributes` setting.')}if(Ri(t),!(e instanceof HTMLElement))throw new Error("Sigma: container should be an html element.");l.container=e,l.edgeGroups=new Jc(t,function(C,k){for(var M=0;M<C.length;M++){var $=l.stateManager.getEdgeState(C[M]);$.parallelIndex=M,$.parallelCount=k}});var E=new Qc(t,l.viewportToGraph.bind(l),l.setNodesState.bind(l),function(C,k){return l.emit(C,k)});if(l.depthLayers=(o=y.depthLayers)!==null&&o!==void 0?o:V(Sn),!(c!=null&&c.nodes)&&!_n.every(function(C){return l.depthLayers.includes(C)}))throw new Error("Sigma: depthLayers must include ".concat(_n.join(", ")," for the built-in node styles."));if(!(c!=null&&c.edges)&&!Tn.every(function(C){return l.depthLayers.includes(C)}))throw new Error("Sigma: depthLayers must include ".concat(Tn.join(", ")," for the built-in edge styles."));l.itemBuckets={nodes:new qa(l.depthLayers),edges:new qa(l.depthLayers)},l.initWebGLContext(),l.mouseLayer=pt("div",{position:"absolute",touchAction:"none",userSelect:"none"},{class:"sigma-mouse"}),l.container.appendChild(l.mouseLayer),l.resolvedStageStyle.background&&(l.container.style.backgroundColor=l.resolvedStageStyle.background),l.resolvedStageStyle.cursor&&(l.container.style.cursor=l.resolvedStageStyle.cursor);var L=new po(l.webGLContext),R=new Ya(l.webGLContext,{channels:1}),I=new vo(l.webGLContext),A=new Ya(l.webGLContext,{channels:4}),N=l.webGLContext,D=new yh({gl:N,getFrameBuffer:function(){return l.pickingFrameBuffer},getPixelRatio:function(){return l.internals.pixelRatio},getDownSizingRatio:function(){return l.internals.settings.pickingDownSizingRatio},isRenderPending:function(){return l.renderFrame!==null},onIndex:function(k,M){var $;return zo(l.internals,($=l.pickingState.lookup[k])!==null&&$!==void 0?$:null,M)}}),F=l.initPrograms(y,x),z=y==null||(s=y.nodes)===null||s===void 0?void 0:s.labelAttachments,G=null;return z&&Object.keys(z).length>0&&(G=new go(N,z,function(){return l.scheduleRender()})),l.internals=B(B({nodeDataCache:{},edgeDataCache:{},nodesWithForcedLabels:new Set,nodesWithBackdrop:new Set,edgesWithForcedLabels:new Set,settings:x,primitives:y,pixelRatio:Gt(),graph:t,stateManager:l.stateManager,dragManager:E,hoverResolver:D,nodeStyleAnalysis:_,pickingState:l.pickingState},F),{},{attachmentManager:G,nodeDataTexture:L,nodeFrameTexture:R,edgeDataTexture:I,edgeFrameTexture:A,getDimensions:function(){return l.getDimensions()},getGraphDimensions:function(){return l.getGraphDimensions()},getStagePadding:function(){return l.getStagePadding()},getCameraState:function(){return l.camera.getState()},getHitAtPosition:function(k){return l.getHitAtPosition(k)},setNodeState:function(k,M){return l.setNodeState(k,M)},setEdgeState:function(k,M){return l.setEdgeState(k,M)},updateContainerCursor:function(){return l.updateContainerCursor()},scheduleRefresh:function(){return l.scheduleRefresh()},viewportToFramedGraph:function(k){return l.viewportToFramedGraph(k)},viewportToGraph:function(k){return l.viewportToGraph(k)},framedGraphToViewport:function(k){return l.framedGraphToViewport(k)},scaleSize:function(k){return l.scaleSize(k)},emit:function(k,M){return l.emit(k,M)}}),l.labelRenderer=new Eh(l.internals),l.resize(),l.initializeWebGLLabels(),l.camera=new yo,l.bindCameraHandlers(),l.mouseCaptor=new qc(l.mouseLayer,l),l.mouseCaptor.setSettings(l.internals.settings),l.touchCaptor=new Zc(l.mouseLayer,l),l.touchCaptor.setSettings(l.internals.settings),l.bindEventHandlers(),l.bindGraphHandlers(),l.handleSettingsUpdate(),l.refresh(),l}return re(n,a),Z(n,[{key:"initializeWebGLLabels",value:function(){this.sdfAtlas=new je,this.sdfAtlas.registerFont({family:"sans-serif",weight:"normal",style:"normal"})}},{key:"resetWebGLTexture",value:function(){var e=this.webGLContext;if(!this.pickingFrameBuffer)return this;var r=Math.ceil(this.width*this.internals.pixelRatio/this.internals.settings.pickingDownSizingRatio),i=Math.ceil(this.height*this.internals.pixelRatio/this.internals.settings.pickingDownSizingRatio);e.bindFramebuffer(e.FRAMEBUFFER,this.pickingFrameBuffer),this.pickingTexture&&e.deleteTexture(this.pickingTexture);var o=e.createTexture();o&&(e.bindTexture(e.TEXTURE_2D,o),e.texImage2D(e.TEXTURE_2D,0,e.RGBA,r,i,0,e.RGBA,e.UNSIGNED_BYTE,null),e.texParameteri(e.TEXTURE_2D,e.TEXTURE_MIN_FILTER,e.NEAREST),e.texParameteri(e.TEXTURE_2D,e.TEXTURE_MAG_FILTER,e.NEAREST),e.framebufferTexture2D(e.FRAMEBUFFER,e.COLOR_ATTACHMENT0,e.TEXTURE_2D,o,0),this.pickingTexture=o),this.pickingDepthBuffer&&e.deleteRenderbuffer(this.pickingDepthBuffer);var s=e.createRenderbuffer();return s&&(e.bindRenderbuffer(e.RENDERBUFFER,s),e.renderbufferStorage(e.RENDERBUFFER,e.DEPTH_COMPONENT16,r,i),e.framebufferRenderbuffer(e.FRAMEBUFFER,e.DEPTH_ATTACHMENT,e.RENDERBUFFER,s),this.pickingDepthBuffer=s),e.bindFramebuffer(e.FRAMEBUFFER,null),this}},{key:"bindCameraHandlers",value:function(){var e=this;return this.activeListeners.camera=function(){e.refreshMatrices(),e.labelRenderer.labelsDirty=!0,e.scheduleRender()},this.activeListeners.cameraAnimationStart=function(r){var i=r.from,o=r.to;i.ratio!==o.ratio&&e.stateManager.setGraphState({isZooming:!0})},this.activeListeners.cameraAnimationEnd=function(){e.stateManager.setGraphState({isZooming:!1})},this.camera.on("updated",this.activeListeners.camera),this.camera.on("animationStart",this.activeListeners.cameraAnimationStart),this.camera.on("animationEnd",this.activeListeners.cameraAnimationEnd),this}},{key:"unbindCameraHandlers",value:function(){return this.camera.removeListener("updated",this.activeListeners.camera),this.camera.removeListener("animationStart",this.activeListeners.cameraAnimationStart),this.camera.removeListener("animationEnd",this.activeListeners.cameraAnimationEnd),this}},{key:"getHitAtPosition",value:function(e){var r;if(this.contextLost)return null;var i=this.webGLContext;i.bindFramebuffer(i.FRAMEBUFFER,this.pickingFrameBuffer);var o=Jr(i,this.pickingFrameBuffer,e.x,e.y,this.internals.pixelRatio,this.internals.settings.pickingDownSizingRatio),s=fa.apply(void 0,V(o));return(r=this.pickingState.lookup[s])!==null&&r!==void 0?r:null}},{key:"bindEventHandlers",value:function(){return sh(this.internals,this.mouseCaptor,this.touchCaptor,this.activeListeners),this}},{key:"bindGraphHandlers",value:function(){return lh({graph:this.internals.graph,edgeGroups:this.edgeGroups,addNode:this.addNode.bind(this),updateNode:this.updateNode.bind(this),removeNode:this.removeNode.bind(this),addEdge:this.addEdge.bind(this),updateEdge:this.updateEdge.bind(this),removeEdge:this.removeEdge.bind(this),clearEdgeState:this.clearEdgeState.bind(this),clearNodeState:this.clearNodeState.bind(this),clearEdgeIndices:this.clearEdgeIndices.bind(this),clearNodeIndices:this.clearNodeIndices.bind(this),refresh:this.refresh.bind(this)},this.activeListeners),this}},{key:"unbindGraphHandlers",value:function(){dh(this.internals.graph,this.activeListeners)}},{key:"getNodeShapeId",value:function(e){return this.internals.nodeShapeMap&&this.internals.nodeGlobalShapeIds&&e.shape&&e.shape in this.internals.nodeShapeMap?this.internals.nodeGlobalShapeIds[this.internals.nodeShapeMap[e.shape]]:Wt(e.shape||"circle")}},{key:"processNodes",value:function(){var e=this,r=this.internals.graph,i=this.internals.settings,o=this.getDimensions(),s=i.autoRescale,l=i.autoRescaleContent,d=this.nodeExtent;if(s===!1){var u=o.width,c=o.height;d={x:[-u/2,u/2],y:[-c/2,c/2]}}else(s!=="once"||!this.autoRescaleFrozen)&&(d=this.computeNodeExtent(),l!=="positions"&&!this.customBBox&&(d=fh({extent:d,coords:this.nodeGraphCoords,nodeData:this.internals.nodeDataCache,dimensions:o,stagePadding:this.getStagePadding(),zoomToSizeRatioFunction:i.zoomToSizeRatioFunction,itemSizesReference:i.itemSizesReference,fitLabels:l==="labels",nodeLabelBox:function($,H){return e.labelRenderer.nodeLabelBox($,H)}})),s==="once"&&(this.autoRescaleFrozen=!0));this.nodeExtent=d,this.normalizationFunction=Cn(this.customBBox||this.nodeExtent);var f=new yo,h=Ge(f.getState(),o,this.getGraphDimensions(),this.getStagePadding());this.labelRenderer.labelGrid.resizeAndClear(o,i.labelGridCellSize),this.labelRenderer.edgeAnchorGrid.resizeAndClear(o,i.labelGridCellSize);var g=i.renderEdgeLabels&&i.edgeLabelAnchors==="allNodes",p=!1;Za(this.pickingState,"node");for(var m=r.nodes(),v=0,b=m.length;v<b;v++){var y=m[v],_=this.internals.nodeDataCache[y],x=this.nodeGraphCoords[y];_.x=x.x,_.y=x.y,this.normalizationFunction.applyTo(_),_.visibility!==this.prevNodeVisibilities[y]&&(p=!0),typeof _.label=="string"&&_.visibility!=="hidden"&&_.labelVisibility!=="hidden"&&this.labelRenderer.labelGrid.add(y,_.size,this.framedGraphToViewport(_,{matrix:h})),g&&_.visibility!=="hidden"&&this.labelRenderer.edgeAnchorGrid.add(y,_.size,this.framedGraphToViewport(_,{matrix:h}))}this.labelRenderer.labelGrid.organize(),this.labelRenderer.edgeAnchorGrid.organize(),this.nodeProgram.reallocate(m.length);var T=0;this.depthRanges.nodes={},this.nodeBaseDepth={};var w=this.internals.nodeDataCache,E=O(this.depthLayers),L;try{for(E.s();!(L=E.n()).done;){var R=L.value,I=this.itemBuckets.nodes.getSorted(R,function(M){return w[M].zIndex});if(I.length!==0){this.depthRanges.nodes[R]=[{offset:T,count:I.length}];var A=O(I),N;try{for(A.s();!(N=A.n()).done;){var D=N.value;this.nodeBaseDepth[D]=R,this.nodeProgram.allocateNode(D),Eo(this.pickingState,"node",D),this.addNodeToProgram(D,T++)}}catch(M){A.e(M)}finally{A.f()}}}}catch(M){E.e(M)}finally{E.f()}this.nodeProgram.invalidateBuffers();for(var F=0,z=m.length;F<z;F++)this.prevNodeVisibilities[m[F]]=this.internals.nodeDataCache[m[F]].visibility;this.labelRenderer.processWebGLLabels(m);var G=O(this.customLayerPrograms.values()),C;try{for(G.s();!(C=G.n()).done;){var k=C.value.program;k.cacheData&&k.cacheData()}}catch(M){G.e(M)}finally{G.f()}return p}},{key:"processEdges",value:function(){var e=this.internals.graph,r=e.edges();this.edgeProgram.reallocate(r.length);var i=0;Za(this.pickingState,"edge"),this.depthRanges.edges={},this.edgeBaseDepth={};var o=this.internals.edgeDataCache,s=O(this.depthLayers),l;try{for(s.s();!(l=s.n()).done;){var d=l.value,u=this.itemBuckets.edges.getSorted(d,function(g){return o[g].zIndex});if(u.length!==0){this.depthRanges.edges[d]=[{offset:i,count:u.length}];var c=O(u),f;try{for(c.s();!(f=c.n()).done;){var h=f.value;this.edgeBaseDepth[h]=d,Eo(this.pickingState,"edge",h),this.addEdgeToProgram(h,i++)}}catch(g){c.e(g)}finally{c.f()}}}}catch(g){s.e(g)}finally{s.f()}this.edgeProgram.invalidateBuffers()}},{key:"updateNodeDepthRanges",value:function(e,r,i){var o=this.nodeProgramIndex[e];o!==void 0&&(ka(this.depthRanges.nodes,r,o),Pa(this.depthRanges.nodes,i,o))}},{key:"updateEdgeDepthRanges",value:function(e,r,i){var o=this.edgeProgramIndex[e];o!==void 0&&(ka(this.depthRanges.edges,r,o),Pa(this.depthRanges.edges,i,o))}},{key:"handleSettingsUpdate",value:function(){var e=this,r=this.internals.settings;return this.camera.minRatio=r.minCameraRatio,this.camera.maxRatio=r.maxCameraRatio,this.camera.enabledZooming=r.enableCameraZooming,this.camera.enabledPanning=r.enableCameraPanning,this.camera.enabledRotation=r.enableCameraRotation,r.cameraPanBoundaries?this.camera.constrainState=function(i){return e.cleanCameraState(i,r.cameraPanBoundaries&&Q(r.cameraPanBoundaries)==="object"?r.cameraPanBoundaries:{})}:this.camera.constrainState=null,this.camera.setState(this.camera.getState()),this.mouseLayer.style.touchAction=r.gestureTarget==="graph"?"none":r.gestureTarget==="shared"?"pan-x pan-y":"auto",r.gestureTarget!=="shared"&&this.gestureHint&&(this.gestureHint.kill(),this.gestureHint=null),this.mouseCaptor.setSettings(this.internals.settings),this.touchCaptor.setSettings(this.internals.settings),this}},{key:"cleanCameraState",value:function(e){var r=arguments.length>1&&arguments[1]!==void 0?arguments[1]:{},i=r.tolerance,o=i===void 0?0:i,s=r.boundaries,l=B({},e),d=s||this.nodeExtent,u=J(d.x,2),c=u[0],f=u[1],h=J(d.y,2),g=h[0],p=h[1],m=[this.graphToViewport({x:c,y:g},{cameraState:e}),this.graphToViewport({x:f,y:g},{cameraState:e}),this.graphToViewport({x:c,y:p},{cameraState:e}),this.graphToViewport({x:f,y:p},{cameraState:e})],v=1/0,b=-1/0,y=1/0,_=-1/0;m.forEach(function(D){var F=D.x,z=D.y;v=Math.min(v,F),b=Math.max(b,F),y=Math.min(y,z),_=Math.max(_,z)});var x=b-v,T=_-y,w=this.getDimensions(),E=w.width,L=w.height,R=0,I=0;if(x>=E?b<E-o?R=b-(E-o):v>o&&(R=v-o):b>E+o?R=b-(E+o):v<-o&&(R=v+o),T>=L?_<L-o?I=_-(L-o):y>o&&(I=y-o):_>L+o?I=_-(L+o):y<-o&&(I=y+o),R||I){var A=this.viewportToFramedGraph({x:0,y:0},{cameraState:e}),N=this.viewportToFramedGraph({x:R,y:I},{cameraState:e});R=N.x-A.x,I=N.y-A.y,l.x+=R,l.y+=I}return l}},{key:"refreshMatrices",value:function(){var e=this.camera.getState(),r=this.getDimensions(),i=this.getGraphDimensions(),o=this.getStagePadding();this.matrix=Ge(e,r,i,o),this.invMatrix=Ge(e,r,i,o,!0),this.correctionRatio=Yr(this.matrix,e,r),this.graphToViewportRatio=this.getGraphToViewportRatio()}},{key:"processData",value:function(){var e;this.emit("beforeProcess"),(e=this.internals.attachmentManager)===null||e===void 0||e.clear();var r=B({},this.pickingState.idsByKind),i=this.processNodes();(this.pendingProcess==="full"||i)&&this.processEdges(),th(this.pickingState,this.internals),nh(r,this.pickingState.idsByKind)||this.internals.hoverResolver.invalidate(),this.pendingProcess="none",this.emit("afterProcess")}},{key:"render",value:function(){var e=this;if(this.contextLost)return this;this.emit("beforeRender");var r=function(){return e.internals.hoverResolver.frameRendered(),e.emit("afterRender"),e};if(this.renderFrame&&(cancelAnimationFrame(this.renderFrame),this.renderFrame=null),this.resize(),(this.pendingProcess!=="none"||this.needToRefreshState)&&(this.labelRenderer.labelsDirty=!0),this.pendingProcess!=="none"&&this.processData(),this.needToRefreshState&&this.refreshState(),this.needToRefreshState=!1,this.stateManager.clearDirtyTracking(),this.pendingProcess!=="none"&&this.processData(),this.clear(),this.resetWebGLTexture(),!this.internals.graph.order)return r();var i=this.mouseCaptor,o=this.camera.isAnimating()||i.isMoving||i.draggedEvents||i.currentWheelDirection;if(this.refreshMatrices(),this.frameId++,this.internals.settings.renderEdgeLabels&&!this.internals.edgeLabelProgram){var s=this.createEdgeLabelPrograms(),l=s.labelProgram,d=s.labelBackgroundProgram;this.internals.edgeLabelProgram=l,this.internals.edgeLabelBackgroundProgram=d}var u=this.internals.settings.DEBUG_logRenderStats?this.getDebugPrograms():null;u&&u.forEach(function(q){return q.resetDebugStats()}),this.internals.settings.DEBUG_gpuTimerQueries&&this.beginGpuTimerQuery(),this.internals.nodeFrameTexture.ensureCapacity(this.internals.nodeDataTexture.getCapacity()),this.internals.edgeFrameTexture.ensureCapacity(this.internals.edgeDataTexture.getCapacity());var c=this.getRenderParams(),f=ue.edge.writesPickingThisFrame(this.internals)?c:B(B({},c),{},{pickingFrameBuffer:null});this.labelRenderer.resetFrame();var h=this.webGLContext,g=Math.ceil(this.width*this.internals.pixelRatio/this.internals.settings.pickingDownSizingRatio),p=Math.ceil(this.height*this.internals.pixelRatio/this.internals.settings.pickingDownSizingRatio);if(h.bindFramebuffer(h.FRAMEBUFFER,this.pickingFrameBuffer),h.viewport(0,0,g,p),h.clear(h.COLOR_BUFFER_BIT|h.DEPTH_BUFFER_BIT),h.bindFramebuffer(h.FRAMEBUFFER,null),h.viewport(0,0,this.width*this.internals.pixelRatio,this.height*this.internals.pixelRatio),h.clear(h.COLOR_BUFFER_BIT|h.DEPTH_BUFFER_BIT),this.internals.nodeDataTexture.upload(),this.internals.edgeDataTexture.upload(),this.nodeProgram.uploadLayerTexture(),this.edgeProgram.uploadAttributeTexture(),this.emit("afterTexturesUpload"),this.internals.nodeDataTexture.bind(Po),this.internals.edgeDataTexture.bind(Fo),this.edgeFramePass.run(c,this.internals.edgeFrameTexture,this.internals.edgeDataTexture.getHighWaterMark(),this.edgeProgram.getAttributeTexture(),this.nodeProgram.getAttributeTexture()),this.internals.edgeFrameTexture.bind(Co),this.internals.settings.renderLabels){this.labelRenderer.computeDisplayedNodeLabels();var m=this.labelRenderer.buildFramePassPoints(),v=m.data,b=m.count;this.nodeFramePass.run(v,b,this.internals.nodeFrameTexture,c,this.nodeProgram.getAttributeTexture()),this.internals.nodeFrameTexture.bind(ko)}this.internals.settings.renderEdgeLabels&&this.labelRenderer.computeDisplayedEdgeLabels();var y=O(this.customLayerPrograms.values()),_;try{for(y.s();!(_=y.n()).done;){var x=_.value.program;x.preRender&&x.preRender(c)}}catch(q){y.e(q)}finally{y.f()}h.bindFramebuffer(h.FRAMEBUFFER,null),h.viewport(0,0,this.width*this.internals.pixelRatio,this.height*this.internals.pixelRatio),h.blendFunc(h.ONE,h.ONE_MINUS_SRC_ALPHA);var T=!this.internals.settings.hideLabelsOnMove||!o,w=O(this.depthLayers),E;try{for(w.s();!(E=w.n()).done;){var L=E.value,R=O(this.customLayerPrograms.values()),I;try{for(R.s();!(I=R.n()).done;){var A=I.value;A.depth===L&&A.program.render(c)}}catch(q){R.e(q)}finally{R.f()}var N=this.depthRanges.edges[L];if(N&&(!this.internals.settings.hideEdgesOnMove||!o)){var D=O(N),F;try{for(D.s();!(F=D.n()).done;){var z=F.value,G=z.offset,C=z.count;C>0&&this.edgeProgram.render(f,G,C)}}catch(q){D.e(q)}finally{D.f()}}this.internals.settings.renderEdgeLabels&&T&&(this.labelRenderer.renderEdgeLabelBackgrounds(ue.edgeLabel.writesPickingThisFrame(this.internals)?c:B(B({},c),{},{pickingFrameBuffer:null}),L),this.labelRenderer.renderEdgeLabels(c,L)),this.labelRenderer.cacheAttachments(L),this.labelRenderer.renderBackdrops(B(B({},c),{},{pickingFrameBuffer:null}),L);var k=this.depthRanges.nodes[L];if(k){var M=O(k),$;try{for(M.s();!($=M.n()).done;){var H=$.value,Y=H.offset,j=H.count;j>0&&this.nodeProgram.render(c,Y,j)}}catch(q){M.e(q)}finally{M.f()}}T&&(this.labelRenderer.renderAttachments(B(B({},c),{},{pickingFrameBuffer:null}),L),this.labelRenderer.renderLabelBackgrounds(ue.nodeLabel.writesPickingThisFrame(this.internals)?c:B(B({},c),{},{pickingFrameBuffer:null}),L),this.internals.settings.renderLabels&&this.labelRenderer.renderWebGLLabels(c,L))}}catch(q){w.e(q)}finally{w.f()}return this.labelRenderer.labelsDirty=!1,this.internals.settings.DEBUG_displayPickingLayer&&(h.bindFramebuffer(h.READ_FRAMEBUFFER,this.pickingFrameBuffer),h.bindFramebuffer(h.DRAW_FRAMEBUFFER,null),h.blitFramebuffer(0,0,g,p,0,0,this.width*this.internals.pixelRatio,this.height*this.internals.pixelRatio,h.COLOR_BUFFER_BIT,h.NEAREST)),this.internals.settings.DEBUG_gpuTimerQueries&&this.endGpuTimerQuery(),this.pollGpuTimerQueries(),u&&this.logRenderStats(u),r()}},{key:"getDebugPrograms",value:function(){return[this.nodeProgram,this.edgeProgram,this.internals.labelProgram,this.internals.edgeLabelProgram,this.internals.edgeLabelBackgroundProgram,this.internals.backdropProgram,this.internals.labelBackgroundProgram,this.internals.attachmentProgram].filter(function(e){return e!==null})}},{key:"logRenderStats",value:function(e){var r={},i=O(e),o;try{for(i.s();!(o=i.n()).done;){var s=o.value;r[s.constructor.name]=B({},s.debugStats)}}catch(l){i.e(l)}finally{i.f()}console.log("[sigma] DEBUG_logRenderStats: frame #".concat(this.frameId)),console.table(r)}},{key:"getGpuTimerExtension",value:function(){return this.gpuTimerExt===void 0&&(this.gpuTimerExt=this.webGLContext.getExtension("EXT_disjoint_timer_query_webgl2"),this.gpuTimerExt||console.warn("Sigma: DEBUG_gpuTimerQueries is enabled, but this browser/driver doesn't support EXT_disjoint_timer_query_webgl2.")),this.gpuTimerExt}},{key:"beginGpuTimerQuery",value:function(){var e=this.getGpuTimerExtension();if(e){var r=this.webGLContext,i=r.createQuery();i&&(r.beginQuery(e.TIME_ELAPSED_EXT,i),this.activeGpuTimerQuery=i)}}},{key:"endGpuTimerQuery",value:function(){!this.gpuTimerExt||!this.activeGpuTimerQuery||(this.webGLContext.endQuery(this.gpuTimerExt.TIME_ELAPSED_EXT),this.pendingGpuTimerQueries.push({query:this.activeGpuTimerQuery,frameId:this.frameId}),this.activeGpuTimerQuery=null)}},{key:"pollGpuTimerQueries",value:function(){if(this.pendingGpuTimerQueries.length!==0){var e=this.webGLContext,r=this.gpuTimerExt;if(!r){this.pendingGpuTimerQueries.forEach(function(c){var f=c.query;return e.deleteQuery(f)}),this.pendingGpuTimerQueries=[];return}var i=e.getParameter(r.GPU_DISJOINT_EXT),o=[],s=O(this.pendingGpuTimerQueries),l;try{for(s.s();!(l=s.n()).done;){var d=l.value;if(!e.getQueryParameter(d.query,e.QUERY_RESULT_AVAILABLE)){o.push(d);continue}if(!i){var u=e.getQueryParameter(d.query,e.QUERY_RESULT);console.log("[sigma] DEBUG_gpuTimerQueries: frame #".concat(d.frameId," GPU time = ").concat((u/1e6).toFixed(2),"ms"))}e.deleteQuery(d.query)}}catch(c){s.e(c)}finally{s.f()}this.pendingGpuTimerQueries=o}}},{key:"postEvaluateNode",value:function(e,r,i){var o=e;o.x===void 0&&(o.x=r.x),o.y===void 0&&(o.y=r.y),e.highlighted=i.isHighlighted;for(var s=0,l=this.nodeVariableEntries.length;s<l;s++){var d,u,c=J(this.nodeVariableEntries[s],2),f=c[0],h=c[1];o[f]=(d=(u=o[f])!==null&&u!==void 0?u:r[f])!==null&&d!==void 0?d:h.default}}},{key:"addNode",value:function(e){var r=this.internals.graph.getNodeAttributes(e),i=this.stateManager.getNodeState(e),o=this.internals.nodeDataCache[e]||{};if(wa(this.stylesDeclaration.nodes,r,i,this.stateManager.graphState,this.internals.graph,o),this.postEvaluateNode(o,r,i),this.nodeReducer){var s=this.nodeReducer(e,o,r,i,this.stateManager.graphState,this.internals.graph);o=B(B({},o),s)}if(typeof o.x!="number"||typeof o.y!="number")throw new Error('Sigma: could not find a valid position (x, y) for node "'.concat(e,'". ')+"Provide coordinates via node attributes, styles, or a nodeReducer.");this.internals.nodeShapeMap?(!o.shape||!(o.shape in this.internals.nodeShapeMap))&&(o.shape=Object.keys(this.internals.nodeShapeMap)[0]):this.nodeShapeSlug&&(o.shape=this.nodeShapeSlug),this.internals.nodeDataCache[e]=o,this.nodeGraphCoords[e]={x:o.x,y:o.y},Xe(this.internals.nodesWithForcedLabels,e,Me(o)),Xe(this.internals.nodesWithBackdrop,e,Ca(o)),this.itemBuckets.nodes.set(e,o.depth)}},{key:"updateNode",value:function(e){this.addNode(e);var r=this.internals.nodeDataCache[e];this.normalizationFunction.applyTo(r)}},{key:"removeNode",value:function(e){this.itemBuckets.nodes.remove(e),delete this.internals.nodeDataCache[e],delete this.nodeGraphCoords[e],delete this.nodeProgramIndex[e],this.internals.dragManager.removeNode(e),this.stateManager.removeNode(e),this.internals.nodesWithForcedLabels.delete(e),this.internals.nodesWithBackdrop.delete(e)}},{key:"postEvaluateEdge",value:function(e,r){for(var i=e,o=0,s=this.edgeVariableEntries.length;o<s;o++){var l,d,u=J(this.edgeVariableEntries[o],2),c=u[0],f=u[1];i[c]=(l=(d=i[c])!==null&&d!==void 0?d:r[c])!==null&&l!==void 0?l:f.default}}},{key:"applyEdgeSpread",value:function(e,r,i){var o;if(!(i.parallelCount<=1)){var s=this.internals.graph.source(e),l=this.internals.graph.target(e),d=s===l,u=d?r.selfLoopPath||r.path:r.parallelPath||r.path,c=u?this.edgePathsByName.get(u):void 0;if(c!=null&&c.spread){var f=(o=r.parallelSpread)!==null&&o!==void 0?o:.25,h=c.spread.compute(i.parallelIndex,i.parallelCount,f);!d&&this.internals.graph.isDirected(e)&&s>l&&(h=-h),r[c.spread.variable]=h}}}},{key:"addEdge",value:function(e){var r=this.internals.graph.getEdgeAttributes(e),i=this.stateManager.getEdgeState(e),o={};if(Ra(this.stylesDeclaration.edges,r,i,this.stateManager.graphState,this.internals.graph,o),this.postEvaluateEdge(o,r),this.edgeReducer){var s=this.edgeReducer(e,o,r,i,this.stateManager.graphState,this.internals.graph);o=B(B({},o),s)}this.applyEdgeSpread(e,o,i),this.internals.edgeDataCache[e]=o,Xe(this.internals.edgesWithForcedLabels,e,Me(o)),this.itemBuckets.edges.set(e,o.depth)}},{key:"updateEdge",value:function(e){this.addEdge(e)}},{key:"removeEdge",value:function(e){this.itemBuckets.edges.remove(e),delete this.internals.edgeDataCache[e],delete this.edgeProgramIndex[e],delete this.edgeTextureIndexCache[e],this.internals.edgeDataTexture.free(e),this.stateManager.removeEdge(e),this.internals.edgesWithForcedLabels.delete(e)}},{key:"clearNodeIndices",value:function(){this.labelRenderer.resetLabelGrid(),this.autoRescaleFrozen||(this.nodeExtent={x:[0,1],y:[0,1]}),this.internals.nodeDataCache={},this.nodeGraphCoords={},this.edgeProgramIndex={},this.internals.nodesWithForcedLabels.clear(),this.internals.nodesWithBackdrop.clear(),this.prevNodeVisibilities={},this.itemBuckets.nodes.clearAll(),this.depthRanges.nodes={},this.nodeBaseDepth={}}},{key:"clearEdgeIndices",value:function(){this.internals.edgeDataCache={},this.edgeProgramIndex={},this.edgeTextureIndexCache={},this.internals.edgesWithForcedLabels.clear(),Za(this.pickingState,"edge"),this.itemBuckets.edges.clearAll(),this.depthRanges.edges={},this.edgeBaseDepth={},this.edgeGroups.clear()}},{key:"clearIndices",value:function(){this.clearEdgeIndices(),this.clearNodeIndices()}},{key:"clearNodeState",value:function(){this.labelRenderer.resetFrame(),this.internals.nodesWithBackdrop.clear(),this.internals.dragManager.clear(),this.autoRescaleFrozen=!1,this.stateManager.clearNodes()}},{key:"clearEdgeState",value:function(){this.labelRenderer.clearEdgeLabels(),this.stateManager.clearEdges()}},{key:"clearState",value:function(){this.clearEdgeState(),this.clearNodeState(),this.stateManager.resetGraphState()}},{key:"addNodeToProgram",value:function(e,r){var i,o=this.internals.nodeDataCache[e];this.internals.nodeDataTexture.allocate(e),(i=this.internals.nodeDataTexture).updateNode.apply(i,[e,o.x,o.y,o.size,this.getNodeShapeId(o)].concat(V(Ln(o)),[o.color]));var s=this.internals.nodeDataTexture.getIndex(e);this.nodeProgram.process(Qe(this.pickingState,"node",e),r,o,s,e),this.nodeProgramIndex[e]=r}},{key:"addEdgeToProgram",value:function(e,r){var i,o,s=this.internals.edgeDataCache[e],l=this.internals.graph.source(e),d=this.internals.graph.target(e),u=this.internals.edgeDataTexture.allocate(e);this.edgeTextureIndexCache[e]=u;var c=l===d,f=!c&&((i=(o=this.stateManager.getEdgeState(e))===null||o===void 0?void 0:o.parallelCount)!==null&&i!==void 0?i:1)>1,h=this.edgeProgram.resolveEdgeIds(s,c,f),g=h.pathId,p=h.headId,m=h.tailId,v=h.headLengthRatio,b=h.tailLengthRatio;this.internals.edgeDataTexture.updateEdge(e,this.internals.nodeDataTexture.getIndex(l),this.internals.nodeDataTexture.getIndex(d),s.size,v,b,g,p,m),this.edgeProgram.process(Qe(this.pickingState,"edge",e),r,this.internals.nodeDataCache[l],this.internals.nodeDataCache[d],s,u),this.edgeProgramIndex[e]=r}},{key:"getRenderParams",value:function(){return{frameId:this.frameId,matrix:this.matrix,invMatrix:this.invMatrix,width:this.width,height:this.height,pixelRatio:this.internals.pixelRatio,zoomRatio:this.camera.ratio,cameraAngle:this.camera.angle,sizeRatio:1/this.scaleSize(),correctionRatio:this.correctionRatio,downSizingRatio:this.internals.settings.pickingDownSizingRatio,minEdgeThickness:this.internals.settings.minEdgeThickness,antiAliasingFeather:this.internals.settings.antiAliasingFeather,nodePickingPadding:this.internals.settings.nodePickingPadding,edgePickingPadding:this.internals.settings.edgePickingPadding,labelPickingPadding:this.internals.settings.labelPickingPadding,nodeDataTextureUnit:Po,nodeDataTextureWidth:this.internals.nodeDataTexture.getTextureWidth(),nodeFrameTextureUnit:ko,nodeFrameTextureWidth:this.internals.nodeFrameTexture.getTextureWidth(),edgeDataTextureUnit:Fo,edgeDataTextureWidth:this.internals.edgeDataTexture.getTextureWidth(),edgeFrameTextureUnit:Co,edgeFrameTextureWidth:this.internals.edgeFrameTexture.getTextureWidth(),pickingFrameBuffer:this.pickingFrameBuffer,labelPixelSnapping:this.internals.settings.labelPixelSnapping?1:0}}},{key:"getStagePadding",value:function(){var e=this.internals.settings,r=e.stagePadding,i=e.autoRescale;return i&&r||0}},{key:"getLayerElement",value:function(e){if(e==="mouse")return this.mouseLayer;var r=this.extraElements[e];if(!r)throw new Error('Sigma: layer "'.concat(e,'" does not exist'));return r}},{key:"initWebGLContext",value:function(){var e=this,r=this.createWebGLContext("stage");this.stageCanvas=this.extraElements.stage,this.webGLContext=r,this.stageCanvas.addEventListener("webglcontextlost",function(i){e.webGLContext&&(i.preventDefault(),e.contextLost=!0,e.renderFrame&&(cancelAnimationFrame(e.renderFrame),e.renderFrame=null),e.gpuTimerExt=void 0,e.activeGpuTimerQuery=null,e.pendingGpuTimerQueries=[],e.emit("webglContextLost"))}),this.stageCanvas.addEventListener("webglcontextrestored",function(){requestAnimationFrame(function(){e.webGLContext&&!e.webGLContext.isContextLost()&&e.restoreWebGLContext()})}),this.initPickingFramebuffer()}},{key:"initPickingFramebuffer",value:function(){var e=this.webGLContext,r=e.createFramebuffer();if(!r)throw new Error("Sigma: cannot create picking frame buffer");e.bindFramebuffer(e.FRAMEBUFFER,r);var i=e.createTexture();if(!i)throw new Error("Sigma: cannot create picking texture");e.bindTexture(e.TEXTURE_2D,i),e.texImage2D(e.TEXTURE_2D,0,e.RGBA,1,1,0,e.RGBA,e.UNSIGNED_BYTE,null),e.texParameteri(e.TEXTURE_2D,e.TEXTURE_MIN_FILTER,e.NEAREST),e.texParameteri(e.TEXTURE_2D,e.TEXTURE_MAG_FILTER,e.NEAREST),e.texParameteri(e.TEXTURE_2D,e.TEXTURE_WRAP_S,e.CLAMP_TO_EDGE),e.texParameteri(e.TEXTURE_2D,e.TEXTURE_WRAP_T,e.CLAMP_TO_EDGE),e.framebufferTexture2D(e.FRAMEBUFFER,e.COLOR_ATTACHMENT0,e.TEXTURE_2D,i,0);var o=e.createRenderbuffer();if(!o)throw new Error("Sigma: cannot create picking depth buffer");if(e.bindRenderbuffer(e.RENDERBUFFER,o),e.renderbufferStorage(e.RENDERBUFFER,e.DEPTH_COMPONENT16,1,1),e.framebufferRenderbuffer(e.FRAMEBUFFER,e.DEPTH_ATTACHMENT,e.RENDERBUFFER,o),e.checkFramebufferStatus(e.FRAMEBUFFER)!==e.FRAMEBUFFER_COMPLETE)throw new Error("Sigma: picking framebuffer is not complete");e.bindFramebuffer(e.FRAMEBUFFER,null),this.pickingFrameBuffer=r,this.pickingTexture=i,this.pickingDepthBuffer=o}},{key:"initPrograms",value:function(e,r){var i=this,o=this.webGLContext,s=so(o,this.pickingFrameBuffer,i,e?.nodes,r.antialiasNodes),l=s.nodeProgram,d=s.labelProgram,u=s.backdropProgram,c=s.labelBackgroundProgram,f=s.attachmentProgram,h=s.framePass,g=s.shapeSlug,p=s.shapeNameToIndex,m=s.shapeGlobalIds,v=s.variables;this.nodeProgram=l,this.nodeFramePass=h,this.nodeVariableEntries=Object.entries(v),g&&(this.nodeShapeSlug=g);var b=lo(o,this.pickingFrameBuffer,i,e?.edges,r.antialiasEdges,e?.nodes),y=b.edgeProgram,_=b.createLabelPrograms,x=b.framePass,T=b.variables,w=b.paths;return this.createEdgeLabelPrograms=_,this.edgeProgram=y,this.edgeFramePass=x,this.edgeVariableEntries=Object.entries(T),this.edgePathsByName=new Map(w.map(function(E){return[E.name,E]})),{labelProgram:d,edgeLabelProgram:null,edgeLabelBackgroundProgram:null,backdropProgram:u,labelBackgroundProgram:c,attachmentProgram:f,nodeShapeMap:p??null,nodeGlobalShapeIds:m??null}}},{key:"restoreWebGLContext",value:function(){var e,r,i,o,s,l=this.internals;this.initPickingFramebuffer(),(e=l.nodeDataTexture)===null||e===void 0||e.restore(),(r=l.nodeFrameTexture)===null||r===void 0||r.restore(),(i=l.edgeDataTexture)===null||i===void 0||i.restore(),(o=l.edgeFrameTexture)===null||o===void 0||o.restore(),(s=l.attachmentManager)===null||s===void 0||s.restore(),l.hoverResolver.reset(),Object.assign(l,this.initPrograms(l.primitives,l.settings));var d=O(this.customLayerPrograms.values()),u;try{for(d.s();!(u=d.n()).done;){var c=u.value;c.program.kill(),c.program=c.factory(this.webGLContext)}}catch(f){d.e(f)}finally{d.f()}this.contextLost=!1,this.emit("webglContextRestored"),this.refresh()}},{key:"createLayer",value:function(e,r){var i=arguments.length>2&&arguments[2]!==void 0?arguments[2]:{};if(this.extraElements[e])throw new Error('Sigma: a layer named "'.concat(e,'" already exists'));var o=pt(r,{position:"absolute"},{class:"sigma-".concat(e)});return i.style&&Object.assign(o.style,i.style),this.extraElements[e]=o,"beforeLayer"in i&&i.beforeLayer?this.getLayerElement(i.beforeLayer).before(o):"afterLayer"in i&&i.afterLayer?this.getLayerElement(i.afterLayer).after(o):this.container.appendChild(o),o}},{key:"createCanvas",value:function(e){var r=arguments.length>1&&arguments[1]!==void 0?arguments[1]:{};return this.createLayer(e,"canvas",r)}},{key:"createWebGLContext",value:function(e){var r=arguments.length>1&&arguments[1]!==void 0?arguments[1]:{},i=this.createCanvas(e,r);r.hidden&&i.remove();var o=i.getContext("webgl2",B({preserveDrawingBuffer:!1,antialias:!1,depth:!0},r));if(!o)throw new Error("Sigma: WebGL 2 is not supported by your browser. Please use a modern browser (Chrome 56+, Firefox 51+, Safari 15+, Edge 79+).");return o.blendFunc(o.ONE,o.ONE_MINUS_SRC_ALPHA),o}},{key:"killLayer",value:function(e){if(e==="stage"||e==="mouse")throw new Error('Sigma: cannot kill built-in layer "'.concat(e,'"'));var r=this.extraElements[e];if(!r)throw new Error("Sigma: cannot kill layer ".concat(e,", which does not exist"));return r.remove(),delete this.extraElements[e],this}},{key:"getWebGLContext",value:function(){if(!this.webGLContext)throw new Error("Sigma: WebGL context is not available");return this.webGLContext}},{key:"getNodeDataTexture",value:function(){if(!this.internals.nodeDataTexture)throw new Error("Sigma: node data texture is not available");return this.internals.nodeDataTexture}},{key:"getNormalizationFunction",value:function(){return this.normalizationFunction}},{key:"addCustomLayerProgram",value:function(e,r,i){var o;if(!this.depthLayers.includes(r))throw new Error('Sigma: cannot add custom layer program at depth "'.concat(r,'", ')+"it must be declared in primitives.depthLayers. Current layers: ".concat(this.depthLayers.join(", ")));(o=this.customLayerPrograms.get(e))===null||o===void 0||o.program.kill();var s=i(this.webGLContext);return this.customLayerPrograms.set(e,{depth:r,factory:i,program:s}),s.cacheData&&s.cacheData(),this.scheduleRender(),this}},{key:"removeCustomLayerProgram",value:function(e){var r=this.customLayerPrograms.get(e);return r&&(r.program.kill(),this.customLayerPrograms.delete(e),this.scheduleRender()),this}},{key:"getCamera",value:function(){return this.camera}},{key:"setCamera",value:function(e){return this.camera.cancelAnimation(),this.unbindCameraHandlers(),this.camera=e,this.bindCameraHandlers(),this.scheduleRender(),this}},{key:"getContainer",value:function(){return this.container}},{key:"getGraph",value:function(){return this.internals.graph}},{key:"setGraph",value:function(e){return e===this.internals.graph?this:(this.stateManager.pruneNodes(function(r){return e.hasNode(r)}),this.stateManager.pruneEdges(function(r){return e.hasEdge(r)}),this.unbindGraphHandlers(),this.checkEdgesEventsFrame!==null&&(cancelAnimationFrame(this.checkEdgesEventsFrame),this.checkEdgesEventsFrame=null),this.internals.graph=e,this.autoRescaleFrozen=!1,this.bindGraphHandlers(),this.refresh(),this)}},{key:"getMouseCaptor",value:function(){return this.mouseCaptor}},{key:"getTouchCaptor",value:function(){return this.touchCaptor}},{key:"getDimensions",value:function(){return{width:this.width,height:this.height}}},{key:"getGraphDimensions",value:function(){var e=this.customBBox||this.nodeExtent;return{width:e.x[1]-e.x[0]||1,height:e.y[1]-e.y[0]||1}}},{key:"getNodeDisplayData",value:function(e){var r=this.internals.nodeDataCache[e];return r?Object.assign({},r):void 0}},{key:"getEdgeDisplayData",value:function(e){var r=this.internals.edgeDataCache[e];return r?Object.assign({},r):void 0}},{key:"getNodeState",value:function(e){return this.stateManager.getNodeState(e)}},{key:"getEdgeState",value:function(e){return this.stateManager.getEdgeState(e)}},{key:"getGraphState",value:function(){return this.stateManager.getGraphState()}},{key:"setNodeState",value:function(e,r){return this.stateManager.setNodeState(e,r),this}},{key:"setEdgeState",value:function(e,r){return this.stateManager.setEdgeState(e,r),this}},{key:"setGraphState",value:function(e){return this.stateManager.setGraphState(e),this}},{key:"_setPanning",value:function(e){this.stateManager.setGraphState({isPanning:e})}},{key:"_setZooming",value:function(e){this.stateManager.setGraphState({isZooming:e})}},{key:"_hasNodeDrag",value:function(){var e=this.internals.dragManager;return!!(e.pendingNode||e.session)}},{key:"_showGestureHint",value:function(e){var r=this.internals.settings;r.gestureTarget==="shared"&&(this.gestureHint=this.gestureHint||new bh(this.container),this.gestureHint.show(e,r))}},{key:"setNodesState",value:function(e,r){return this.stateManager.setNodesState(e,r),this}},{key:"setEdgesState",value:function(e,r){return this.stateManager.setEdgesState(e,r),this}},{key:"updateContainerCursor",value:function(){var e=this.stateManager.hovered,r=this.resolvedStageStyle.cursor||"";this.container.style.cursor=e&&ah(this.internals,e)||r}},{key:"refreshStageStyle",value:function(){this.resolvedStageStyle=Aa(this.stylesDeclaration.stage,this.stateManager.graphState),this.resolvedStageStyle.background!==void 0&&(this.container.style.backgroundColor=this.resolvedStageStyle.background),this.updateContainerCursor()}},{key:"getNodeDisplayedLabels",value:function(){return new Set(this.labelRenderer.displayedNodeLabels)}},{key:"getEdgeDisplayedLabels",value:function(){return new Set(this.labelRenderer.displayedEdgeLabels)}},{key:"getSettings",value:function(){return B({},this.internals.settings)}},{key:"getSetting",value:function(e){return this.internals.settings[e]}},{key:"getStyles",value:function(){return B({},this.stylesDeclaration)}},{key:"getPrimitives",value:function(){return B({},this.internals.primitives)}},{key:"setSetting",value:function(e,r){return this.internals.settings[e]=r,Pn(this.internals.settings),this.handleSettingsUpdate(),this.scheduleRefresh(),this}},{key:"updateSetting",value:function(e,r){return this.setSetting(e,r(this.internals.settings[e])),this}},{key:"setSettings",value:function(e){return this.internals.settings=B(B({},this.internals.settings),e),Pn(this.internals.settings),this.handleSettingsUpdate(),this.scheduleRefresh(),this}},{key:"resize",value:function(e){var r=this.width,i=this.height;if(this.width=this.container.offsetWidth,this.height=this.container.offsetHeight,this.internals.pixelRatio=Gt(),this.width===0)if(this.internals.settings.allowInvalidContainer)this.width=1;else throw new Error("Sigma: Container has no width. You can set the allowInvalidContainer setting to true to stop seeing this error.");if(this.height===0)if(this.internals.settings.allowInvalidContainer)this.height=1;else throw new Error("Sigma: Container has no height. You can set the allowInvalidContainer setting to true to stop seeing this error.");if(!e&&r===this.width&&i===this.height)return this;this.labelRenderer.labelsDirty=!0;for(var o=0,s=[this.mouseLayer].concat(V(Object.values(this.extraElements)));o<s.length;o++){var l=s[o];l.style.width=this.width+"px",l.style.height=this.height+"px"}return this.webGLContext&&(this.stageCanvas.setAttribute("width",this.width*this.internals.pixelRatio+"px"),this.stageCanvas.setAttribute("height",this.height*this.internals.pixelRatio+"px"),this.webGLContext.viewport(0,0,this.width*this.internals.pixelRatio,this.height*this.internals.pixelRatio)),this.emit("resize"),this}},{key:"clear",value:function(){return this.emit("beforeClear"),this.webGLContext.bindFramebuffer(WebGLRenderingContext.FRAMEBUFFER,null),this.webGLContext.clear(WebGLRenderingContext.COLOR_BUFFER_BIT),this.emit("afterClear"),this}},{key:"scheduleStateRefresh",value:function(){this.needToRefreshState=!0,this.scheduleRender()}},{key:"refreshState",value:function(){var e=this,r;this.stateManager.flushGraphStateFlags();var i=this.stateManager.graphStateChanged&&this.internals.nodeStyleAnalysis.dependency==="graph-state",o=this.stateManager.graphStateChanged&&this.edgeStyleAnalysis.dependency==="graph-state",s=!1;if(i)this.internals.graph.forEachNode(function(g){e.refreshNodeState(g)&&(s=!0)});else if(this.internals.nodeStyleAnalysis.dependency!=="static"){var l=O(this.stateManager.dirtyNodes),d;try{for(l.s();!(d=l.n()).done;){var u=d.value;this.refreshNodeState(u)&&(s=!0)}}catch(g){l.e(g)}finally{l.f()}}if(o)this.internals.graph.forEachEdge(function(g){e.refreshEdgeState(g)&&(s=!0)});else if(this.edgeStyleAnalysis.dependency!=="static"){var c=O(this.stateManager.dirtyEdges),f;try{for(c.s();!(f=c.n()).done;){var h=f.value;this.refreshEdgeState(h)&&(s=!0)}}catch(g){c.e(g)}finally{c.f()}}this.stateManager.graphStateChanged&&(r=this.stylesDeclaration)!==null&&r!==void 0&&r.stage&&this.refreshStageStyle(),this.stateManager.clearDirtyTracking(),s&&(this.pendingProcess="full")}},{key:"refreshNodeState",value:function(e){var r=this.internals.nodeDataCache[e];if(!r||this.nodeReducer){var i,o,s,l,d=(i=this.internals.nodeDataCache[e])===null||i===void 0?void 0:i.depth,u=(o=this.internals.nodeDataCache[e])===null||o===void 0?void 0:o.zIndex,c=(s=this.internals.nodeDataCache[e])===null||s===void 0?void 0:s.labelAttachment;this.updateNode(e);var f=this.internals.nodeDataCache[e];this.internals.attachmentManager&&f.labelAttachment!==c&&this.internals.attachmentManager.invalidateNode(e);var h;this.internals.nodeShapeMap&&this.internals.nodeGlobalShapeIds&&f.shape&&f.shape in this.internals.nodeShapeMap?h=this.internals.nodeGlobalShapeIds[this.internals.nodeShapeMap[f.shape]]:h=Wt(f.shape||"circle"),(l=this.internals.nodeDataTexture).updateNode.apply(l,[e,f.x,f.y,f.size,h].concat(V(Ln(f)),[f.color])),d&&f.depth!==d&&this.updateNodeDepthRanges(e,d,f.depth);var g=this.nodeProgramIndex[e];return g!==void 0&&(this.addNodeToProgram(e,g),this.nodeProgram.invalidateBuffers()),u!==void 0&&f.zIndex!==u}var p=this.internals.graph.getNodeAttributes(e),m=this.stateManager.getNodeState(e),v=r.size,b=r.shape,y=r.depth,_=r.zIndex,x=r.labelAttachment,T=r.rotationAlignment,w=r.labelRotationAlignment,E=r.color;wa(this.stylesDeclaration.nodes,p,m,this.stateManager.graphState,this.internals.graph,r),this.postEvaluateNode(r,p,m);var L=this.nodeGraphCoords[e],R=r.x!==L.x||r.y!==L.y;if(R&&(L.x=r.x,L.y=r.y),this.normalizationFunction.applyTo(r),this.internals.nodeShapeMap?(!r.shape||!(r.shape in this.internals.nodeShapeMap))&&(r.shape=Object.keys(this.internals.nodeShapeMap)[0]):this.nodeShapeSlug&&(r.shape=this.nodeShapeSlug),this.internals.attachmentManager&&r.labelAttachment!==x&&this.internals.attachmentManager.invalidateNode(e),Xe(this.internals.nodesWithForcedLabels,e,Me(r)),Xe(this.internals.nodesWithBackdrop,e,Ca(r)),R||r.size!==v||r.shape!==b||r.rotationAlignment!==T||r.labelRotationAlignment!==w||r.color!==E){var I,A;this.internals.nodeShapeMap&&this.internals.nodeGlobalShapeIds&&r.shape&&r.shape in this.internals.nodeShapeMap?A=this.internals.nodeGlobalShapeIds[this.internals.nodeShapeMap[r.shape]]:A=Wt(r.shape||"circle"),(I=this.internals.nodeDataTexture).updateNode.apply(I,[e,r.x,r.y,r.size,A].concat(V(Ln(r)),[r.color]))}this.itemBuckets.nodes.set(e,r.depth),r.depth!==y&&this.updateNodeDepthRanges(e,y,r.depth);var N=this.nodeProgramIndex[e];return N!==void 0&&(this.addNodeToProgram(e,N),this.nodeProgram.invalidateBuffers()),r.zIndex!==_}},{key:"refreshEdgeState",value:function(e){var r=this.internals.edgeDataCache[e];if(!r||this.edgeReducer){var i=r?.depth,o=r?.zIndex;this.updateEdge(e);var s=this.internals.edgeDataCache[e];i&&s.depth!==i&&this.updateEdgeDepthRanges(e,i,s.depth);var l=this.edgeProgramIndex[e];return l!==void 0&&(this.addEdgeToProgram(e,l),this.edgeProgram.invalidateBuffers()),o!==void 0&&s.zIndex!==o}var d=this.internals.graph.getEdgeAttributes(e),u=this.stateManager.getEdgeState(e),c=r.depth,f=r.zIndex,h=r.size,g=r.path,p=r.selfLoopPath,m=r.parallelPath,v=r.head,b=r.tail;Ra(this.stylesDeclaration.edges,d,u,this.stateManager.graphState,this.internals.graph,r),this.postEvaluateEdge(r,d),this.applyEdgeSpread(e,r,u),Xe(this.internals.edgesWithForcedLabels,e,Me(r)),this.itemBuckets.edges.set(e,r.depth),r.depth!==c&&this.updateEdgeDepthRanges(e,c,r.depth);var y=this.edgeProgramIndex[e];if(y!==void 0){var _=r.size!==h||r.path!==g||r.selfLoopPath!==p||r.parallelPath!==m||r.head!==v||r.tail!==b;if(_)this.addEdgeToProgram(e,y),this.edgeProgram.invalidateBuffers();else{var x=this.internals.graph.source(e),T=this.internals.graph.target(e),w=this.internals.nodeDataCache[x],E=this.internals.nodeDataCache[T],L=this.edgeTextureIndexCache[e];this.edgeProgram.process(Qe(this.pickingState,"edge",e),y,w,E,r,L),this.edgeProgram.invalidateBuffers()}}return r.zIndex!==f}},{key:"refresh",value:function(e){var r=this,i=e?.skipIndexation!==void 0?e?.skipIndexation:!1,o=e?.schedule!==void 0?e.schedule:!1,s=!e||!e.partialGraph;if(s)this.clearEdgeIndices(),this.clearNodeIndices(),this.internals.graph.forEachNode(function(w){return r.addNode(w)}),this.edgeGroups.rebuild(),this.internals.graph.forEachEdge(function(w){return r.addEdge(w)}),this.pendingProcess="full";else{for(var l,d,u=((l=e.partialGraph)===null||l===void 0?void 0:l.nodes)||[],c=0,f=u?.length||0;c<f;c++){var h,g,p=""+u[c],m=(h=this.internals.nodeDataCache[p])===null||h===void 0?void 0:h.labelAttachment;if(this.updateNode(p),this.internals.attachmentManager&&((g=this.internals.nodeDataCache[p])!==null&&g!==void 0&&g.labelAttachment||m)&&this.internals.attachmentManager.invalidateNode(p),i){var v=this.nodeProgramIndex[p];if(v===void 0)throw new Error('Sigma: node "'.concat(p,`" can't be repaint`));this.addNodeToProgram(p,v)}}i&&u.length>0&&(this.nodeProgram.invalidateBuffers(),this.labelRenderer.labelsDirty=!0);for(var b=(e==null||(d=e.partialGraph)===null||d===void 0?void 0:d.edges)||[],y=0,_=b.length;y<_;y++){var x=""+b[y];if(this.updateEdge(x),i){var T=this.edgeProgramIndex[x];if(T===void 0)throw new Error('Sigma: edge "'.concat(x,`" can't be repaint`));this.addEdgeToProgram(x,T)}}i&&b.length>0&&(this.edgeProgram.invalidateBuffers(),this.labelRenderer.labelsDirty=!0),!i&&this.pendingProcess!=="full"&&(this.pendingProcess=b.length>0?"full":"nodes")}return o?this.scheduleRender():this.render(),this}},{key:"scheduleRender",value:function(){var e=this;return this.renderFrame||(this.renderFrame=requestAnimationFrame(function(){e.render()})),this}},{key:"scheduleRefresh",value:function(e){return this.refresh(B(B({},e),{},{schedule:!0}))}},{key:"getViewportZoomedState",value:function(e,r){var i=this.camera.getState(),o=i.ratio,s=i.angle,l=i.x,d=i.y,u=this.internals.settings,c=u.minCameraRatio,f=u.maxCameraRatio;typeof f=="number"&&(r=Math.min(r,f)),typeof c=="number"&&(r=Math.max(r,c));var h=r/o,g={x:this.width/2,y:this.height/2},p=this.viewportToFramedGraph(e),m=this.viewportToFramedGraph(g);return{angle:s,x:(p.x-m.x)*(1-h)+l,y:(p.y-m.y)*(1-h)+d,ratio:r}}},{key:"viewRectangle",value:function(){var e=this.viewportToFramedGraph({x:0,y:0}),r=this.viewportToFramedGraph({x:this.width,y:0}),i=this.viewportToFramedGraph({x:0,y:this.height});return{x1:e.x,y1:e.y,x2:r.x,y2:r.y,height:r.y-i.y}}},{key:"framedGraphToViewport",value:function(e){var r=arguments.length>1&&arguments[1]!==void 0?arguments[1]:{},i=!!r.cameraState||!!r.viewportDimensions||!!r.graphDimensions||!!r.padding,o=r.matrix||(i?Ge(r.cameraState||this.camera.getState(),r.viewportDimensions||this.getDimensions(),r.graphDimensions||this.getGraphDimensions(),r.padding||this.getStagePadding()):this.matrix),s=ut(o,e);return{x:(1+s.x)*this.width/2,y:(1-s.y)*this.height/2}}},{key:"viewportToFramedGraph",value:function(e){var r=arguments.length>1&&arguments[1]!==void 0?arguments[1]:{},i=!!r.cameraState||!!r.viewportDimensions||!!r.graphDimensions||!!r.padding,o=r.matrix||(i?Ge(r.cameraState||this.camera.getState(),r.viewportDimensions||this.getDimensions(),r.graphDimensions||this.getGraphDimensions(),r.padding||this.getStagePadding(),!0):this.invMatrix),s=ut(o,{x:e.x/this.width*2-1,y:1-e.y/this.height*2});return isNaN(s.x)&&(s.x=0),isNaN(s.y)&&(s.y=0),s}},{key:"viewportToGraph",value:function(e){var r=arguments.length>1&&arguments[1]!==void 0?arguments[1]:{};return this.normalizationFunction.inverse(this.viewportToFramedGraph(e,r))}},{key:"graphToViewport",value:function(e){var r=arguments.length>1&&arguments[1]!==void 0?arguments[1]:{};return this.framedGraphToViewport(this.normalizationFunction(e),r)}},{key:"graphToFramedGraph",value:function(e){return this.normalizationFunction(e)}},{key:"framedGraphToGraph",value:function(e){return this.normalizationFunction.inverse(e)}},{key:"getGraphToViewportRatio",value:function(){var e={x:0,y:0},r={x:1,y:1},i=Math.sqrt(Math.pow(e.x-r.x,2)+Math.pow(e.y-r.y,2)),o=this.graphToViewport(e),s=this.graphToViewport(r),l=Math.sqrt(Math.pow(o.x-s.x,2)+Math.pow(o.y-s.y,2));return l/i}},{key:"computeNodeExtent",value:function(){var e=this.nodeGraphCoords,r=Object.keys(e);if(!r.length)return{x:[0,1],y:[0,1]};for(var i=1/0,o=-1/0,s=1/0,l=-1/0,d=0,u=r.length;d<u;d++){var c=e[r[d]],f=c.x,h=c.y;f<i&&(i=f),f>o&&(o=f),h<s&&(s=h),h>l&&(l=h)}return{x:[i,o],y:[s,l]}}},{key:"getBBox",value:function(){return this.nodeExtent}},{key:"getCustomBBox",value:function(){return this.customBBox}},{key:"setCustomBBox",value:function(e){return this.customBBox=e,this.scheduleRender(),this}},{key:"kill",value:function(){var e,r,i,o,s;this.emit("kill"),this.removeAllListeners(),this.camera.cancelAnimation(),this.unbindCameraHandlers(),window.removeEventListener("resize",this.activeListeners.handleResize),this.mouseCaptor.kill(),this.touchCaptor.kill(),this.internals.hoverResolver.kill(),this.unbindGraphHandlers(),this.clearIndices(),this.clearState(),this.internals.nodeDataCache={},this.internals.edgeDataCache={},this.renderFrame&&(cancelAnimationFrame(this.renderFrame),this.renderFrame=null);for(var l=this.container;l.firstChild;)l.removeChild(l.firstChild);this.nodeProgram.kill(),this.nodeFramePass.kill(),this.edgeProgram.kill(),this.edgeFramePass.kill(),this.internals.labelProgram.kill(),(e=this.internals.edgeLabelProgram)===null||e===void 0||e.kill(),(r=this.internals.edgeLabelBackgroundProgram)===null||r===void 0||r.kill(),this.internals.backdropProgram.kill(),this.internals.labelBackgroundProgram.kill(),(i=this.internals.attachmentProgram)===null||i===void 0||i.kill(),(o=this.internals.attachmentManager)===null||o===void 0||o.kill(),this.internals.attachmentProgram=null,this.internals.attachmentManager=null;var d=O(this.customLayerPrograms.values()),u;try{for(d.s();!(u=d.n()).done;){var c=u.value.program;c.kill()}}catch(g){d.e(g)}finally{d.f()}if(this.customLayerPrograms.clear(),this.sdfAtlas&&(this.sdfAtlas=null),this.internals.nodeDataTexture&&(this.internals.nodeDataTexture.kill(),this.internals.nodeDataTexture=null),this.internals.nodeFrameTexture&&(this.internals.nodeFrameTexture.kill(),this.internals.nodeFrameTexture=null),this.internals.edgeDataTexture&&(this.internals.edgeDataTexture.kill(),this.internals.edgeDataTexture=null),this.internals.edgeFrameTexture&&(this.internals.edgeFrameTexture.kill(),this.internals.edgeFrameTexture=null),this.webGLContext){var f;(f=this.webGLContext.getExtension("WEBGL_lose_context"))===null||f===void 0||f.loseContext(),this.webGLContext=null}(s=this.gestureHint)===null||s===void 0||s.kill(),this.gestureHint=null,this.mouseLayer.remove();for(var h in this.extraElements)this.extraElements[h].remove();this.extraElements={}}},{key:"scaleSize",value:function(){var e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:1,r=arguments.length>1&&arguments[1]!==void 0?arguments[1]:this.camera.ratio;return e/this.internals.settings.zoomToSizeRatioFunction(r)*(this.getSetting("itemSizesReference")==="positions"?r*this.graphToViewportRatio:1)}},{key:"getStageCanvas",value:function(){return this.stageCanvas}},{key:"getMouseLayer",value:function(){return this.mouseLayer}}])})(Dn),Mo=Rh;var bg=$e(rt());function Oo(a){var n=a??{},t=n.lengthRatio,e=t===void 0?5:t,r=n.widthRatio,i=r===void 0?4:r,o=n.margin,s=o===void 0?0:o,l=`
// Arrow SDF: triangle with base at x=0, tip at x=lengthRatio
// uv.x: 0 (base) to lengthRatio (tip), uv.y: [-halfW, +halfW]
// Returns signed distance (negative inside, positive outside)
float extremity_arrow(vec2 uv, float lengthRatio, float widthRatio) {
  float x = uv.x;
  float y = abs(uv.y);
  float halfW = widthRatio * 0.5;

  // Past the tip: euclidean distance to tip point
  if (x > lengthRatio) {
    return length(vec2(x - lengthRatio, y));
  }

  // Back edge: signed distance to x=0 line
  float backDist = -x;

  // Side edge: signed distance to sloped triangle edge
  float clampedX = max(0.0, x);
  float maxY = halfW * (1.0 - clampedX / lengthRatio);
  float sideDist = y - maxY;

  // Convex shape SDF = max of half-plane distances
  return max(backDist, sideDist);
}
`;return{name:"arrow",glsl:l,length:e,widthFactor:i,margin:s,uniforms:[],attributes:[]}}var Ah=.08;function Wo(a,n,t){let[e,r,i]=Dh(a),o=null,s=null,l=t.colours(),d=new Mo(new ee,r,{primitives:{edges:{paths:[It()],extremities:[Oo({lengthRatio:4.5,widthRatio:3.6})],layers:[Re()]}},styles:{nodes:{x:{attribute:"x"},y:{attribute:"y"},size:{attribute:"size",defaultValue:4},color:{attribute:"color",defaultValue:"#888888"},zIndex:{attribute:"zIndex",defaultValue:0},backdropVisibility:"hidden"},edges:{size:{attribute:"size",defaultValue:1},color:{attribute:"color",defaultValue:"#888888"},head:{attribute:"head",defaultValue:"none"}}},settings:{itemSizesReference:"screen",allowInvalidContainer:!0,renderLabels:!1,minEdgeThickness:.5,stagePadding:24,minCameraRatio:.01,maxCameraRatio:3,nodePickingPadding:4,enableCameraRotation:!1,zoomDuration:t.moves()?200:0}});d.setCustomBBox({x:[n.left,n.right],y:[n.bottom,n.top]});let u=h=>d.graphToViewport({x:h[0],y:h[1]}),c=()=>d.getGraphToViewportRatio();function f(){if(!o)return;let{width:h,height:g}=d.getDimensions();an(nt(e,h,g),o,u,c(),l);let p={width:h,height:g,hovered:s,covers:t.covers(),scale:c(),sizeOf:v=>d.scaleSize(v)},m=nt(i,h,g);on(m,o,u,p.sizeOf,l),rn(m,o,u,p,l)}return d.on("afterRender",f),d.on("clickNode",({node:h})=>t.onNode(Bo(h))),d.on("clickStage",({event:h})=>t.onGround(h.x,h.y)),d.on("enterNode",({node:h})=>{s=Bo(h),r.style.cursor="pointer",f()}),d.on("leaveNode",()=>{s=null,r.style.cursor="",f()}),new ResizeObserver(()=>{a.clientWidth&&a.clientHeight&&d.resize().scheduleRender()}).observe(a),{kind:"webgl",show(h){o=h,l=t.colours(),d.setGraph(Lh(h,l))},project:u,scale:c,fit(h,g){let p=d.getCamera(),m=Ch(d,p.getState().ratio,h,g);t.moves()?p.animate(m,{duration:350}):p.setState(m)},zoom(h){let g=d.getCamera();g.setState({ratio:g.getBoundedRatio(g.getState().ratio/h)})}}}var er=a=>`:${a}`,Bo=a=>a.slice(1);function Dh(a){let n=document.createElement("canvas"),t=document.createElement("div"),e=document.createElement("canvas");return t.className="webgl",n.className=e.className="paint",a.append(n,t,e),[n,t,e]}function Lh(a,n){let t=new ee({multi:!1,type:"directed"});for(let[e,r]of a.dots){let[i,o]=r.node.at;t.addNode(er(e),{x:i,y:o,size:r.size,color:Jt(r,n),zIndex:r.faint?0:1})}for(let e of a.lines)t.addEdge(er(e.source),er(e.target),{size:tn[e.strength],color:en(e,a,n),head:e.strength==="faint"?"none":"arrow"});return t}function Ch(a,n,t,e){let{width:r,height:i}=a.getDimensions(),{left:o,right:s,bottom:l,top:d}=tt(t.map(([m,v])=>{let b=a.graphToFramedGraph({x:m,y:v});return[b.x,b.y]})),u=a.viewportToFramedGraph({x:0,y:0}),c=a.viewportToFramedGraph({x:r,y:0}),f=Math.abs(c.x-u.x)/n/r,h={x:r-e.left-e.right,y:i-e.top-e.bottom},g=Math.max((s-o)/(f*h.x),(d-l)/(f*h.y),Ah/(f*h.x)),p=a.getCamera().getBoundedRatio(g);return{x:(o+s)/2+(e.right-e.left)/2*f*p,y:(l+d)/2+(e.top-e.bottom)/2*f*p,ratio:p,angle:0}}function Uo(a,n,t){for(let e of kh()?[Wo,ra]:[ra])try{return e(a,n,t)}catch{a.replaceChildren()}return null}function kh(){try{let a=document.createElement("canvas").getContext("webgl2");return a?.getExtension("WEBGL_lose_context")?.loseContext(),a!==null}catch{return!1}}function $o(a,n){let t=[],e=n.open===null?new Map:Ph(a,n.open,n.depth||1,t),r=new Set(n.highlight?.nodes??[]);n.highlight?.current&&r.add(n.highlight.current);let i=Fh(a,n,t);for(let f of[...e.keys(),...r])a.nodes.has(f)&&i.add(f);let o=new Map,s=zh(a,n),l=new Map(s.filter(f=>f.closed).map(f=>[f.map.id,f.map.nodes])),d=i.size>300;for(let f of i)o.set(f,{...Nh(a,n,f,e,r,d),closed:l.get(f)??0});let u=Gh(a,n,e,o,t),c=r.size?[...r]:n.depth?[...e.keys()]:[...o.keys()];return{dots:o,areas:s,lines:u,focus:c,remarks:t,course:n.highlight?.course??null}}function Ph(a,n,t,e=[]){let r=new Map([[n,0]]);for(let[i,o]of r){if(o===t)break;for(let s of a.neighbours.get(i)??[])if(!r.has(s)){if(r.size>=2e3)return e.push(`More than ${2e3.toLocaleString("en")} nodes are within ${t} links: the nearest are drawn.`),r;r.set(s,o+1)}}return r}function Fh(a,n,t){if(a.nodes.size<=a.wholeNodes)return new Set(a.nodes.keys());let e=new Set,r=0;for(let i of a.maps.values()){if(i.parent&&!Vo(a,n,i.parent))continue;if(i.id&&e.add(i.id),!n.opened.has(i.id)){r+=1;continue}let o=(a.members.get(i.id)??[]).filter(s=>!a.maps.has(s.id));for(let s of o.slice(0,2e3))e.add(s.id);o.length>2e3&&t.push(`Of the ${o.length.toLocaleString("en")} nodes of ${Ue(a,i)}, ${2e3.toLocaleString("en")} are drawn.`)}if(r){let i=r===1?"1 map is closed and drawn as a disc: click it to open the map.":`${r.toLocaleString("en")} maps are closed, each drawn as a disc: click a disc to open its map.`,o=n.depth?"":" A link of a node inside is drawn as a link of its map.";t.push(i+o)}return e}var Ih={listed:{size:4.5,rank:20,now:10},summarised:{size:9,rank:80,now:1e3},read:{size:10,rank:90,now:1e3}};function Nh(a,n,t,e,r,i){let o=a.nodes.get(t),s=a.into.get(t).length,l=a.maps.has(t),d=n.highlight?.current===t?"current":n.open===t?"open":"",u=n.highlight?.course?.marks.get(t);if(u){let{size:b,rank:y,now:_}=Ih[u.level];return{node:o,size:b,colour:a.colour(o),faint:!1,isMap:l,mark:d,rank:y+(u.isNew?_:0)}}let c=e.get(t),h=(l?7:3.4)+Math.min(3.5,Math.sqrt(s)*.55)+(d?2:0),g=n.highlight?.dimOthers?r.has(t):r.has(t)||c!==void 0||n.depth===0,p=l?3:0;g&&(p=l?50:10),c===1&&!n.highlight?.dimOthers&&(p+=15),r.has(t)&&(p+=60),d&&(p+=1e3);let m=g&&(n.depth!==0||c!==void 0||r.has(t));return{node:o,size:h*(i&&!l&&!m?.5:g?1:.8),colour:a.colour(o),faint:!g,isMap:l,rank:p+Math.min(9,s/4),mark:d}}function Gh(a,n,t,e,r){let i=new Map,o=(d,u,c)=>{e.has(d)&&e.has(u)&&i.set(`${d}
${u}`,{source:d,target:u,strength:c})},s=n.highlight?.edges??[],l=!!n.highlight?.dimOthers;if(n.depth===0)for(let d of a.edges){if(i.size>=6e3){r.push(`${6e3.toLocaleString("en")} of ${a.edges.length.toLocaleString("en")} links are drawn.`);break}let[u,c]=[Ho(a,e,d.source.id),Ho(a,e,d.target.id)];u!==c&&o(u,c,"faint")}if(!l&&n.depth){for(let[d,u]of t)if(!(u>=n.depth||i.size>=6e3)){for(let c of a.out.get(d))t.has(c.target.id)&&o(d,c.target.id,"plain");for(let c of a.into.get(d))t.has(c.source.id)&&o(c.source.id,d,"plain")}}if(!l&&n.open!==null){for(let d of a.out.get(n.open)??[])o(n.open,d.target.id,"plain");for(let d of a.into.get(n.open)??[])o(d.source.id,n.open,"plain")}for(let[d,u]of s)o(d,u,"strong");return[...i.values()]}function Ho(a,n,t){let e=t;for(;e&&!n.has(e);)e=a.nodes.get(e).map;return e}function zh(a,n){let t=a.nodes.size>a.wholeNodes,e=[];for(let r of a.maps.values()){if(t&&r.parent&&!Vo(a,n,r.parent))continue;let i=a.nodes.get(r.id);e.push({map:r,title:Ue(a,r),colour:i?a.colour(i):-1,closed:t&&!n.opened.has(r.id)})}return e}function Vo(a,n,t){for(let e=a.maps.get(t);e;e=e.parent?a.maps.get(e.parent):void 0)if(!n.opened.has(e.id))return!1;return!0}function Ue(a,n){return a.nodes.get(n.id)?.title??"Nodes without a map"}function Xo(a,n){let t=P("div",{class:"list",tabindex:"-1",role:"region","aria-label":"List of the graph",hidden:!0});function e(s){let l=P("div",{}),d=P("details",{ontoggle:()=>{d.open&&!l.childElementCount&&l.append(...r(s))}},P("summary",{},Ue(a,s)," ",P("span",{class:"number"},le(s.nodes,"node"))),l);return d}function r(s){let d=(a.members.get(s.id)??[]).filter(h=>!a.maps.has(h.id)),c=[...s.id?[a.nodes.get(s.id)]:[],...d].map(h=>P("li",{},P("button",{type:"button",class:"to-node",onclick:()=>n(h.id)},h.title),h.description&&P("p",{},h.description))),f=[...a.maps.values()].filter(h=>h.id&&h.parent===s.id&&s.id);return[P("ul",{},...c),...f.map(e)]}let o=[...a.maps.values()].filter(s=>!s.parent).map(e);return t.append(...o.length?o:[P("p",{},"This graph has no nodes.")]),o[0]&&(o[0].open=!0),t}function jo(a){let n=new Map(a.nodes.map(c=>[c.id,c])),t=new Map(a.nodes.map(c=>[c.id,[]])),e=new Map(a.nodes.map(c=>[c.id,[]])),r=a.edges.map(([c,f,h,g])=>{let p={source:a.nodes[c],target:a.nodes[f],context:h,field:g};return t.get(p.source.id).push(p),e.get(p.target.id).push(p),p}),i=new Map(a.maps.map(c=>[c.id,c])),o=new Map(a.maps.map(c=>[c.id,[]]));for(let c of a.nodes)o.get(c.map)?.push(c);let s=Mh(a),l=new Map(s.map((c,f)=>[c.id,f%10])),d=new Map(a.nodes.map(c=>{let f=[...t.get(c.id).map(h=>h.target.id),...e.get(c.id).map(h=>h.source.id)];return[c.id,[...new Set(f)]]}));function u(c){let f=i.get(c.id)??i.get(c.map);return l.get(f?.top??c.id)??-1}return{...a,data:a,nodes:n,edges:r,out:t,into:e,maps:i,members:o,tops:s,colour:u,neighbours:d}}function Mh(a){return a.maps.filter(n=>n.top===n.id&&n.id!==a.entry&&n.id!=="").sort((n,t)=>t.nodes-n.nodes||(n.id<t.id?-1:1))}var Oh=200,Bh={node:"Node",map:"Map",skill:"Skill"};function Yo(a,n,t){let e=P("article",{class:"node","aria-labelledby":"node-title"});e.addEventListener("click",i=>{let o=i.target instanceof Element?i.target.closest("button[data-node]"):null;o instanceof HTMLElement&&a.nodes.has(o.dataset.node??"")&&n(String(o.dataset.node))});function r(i){let o=a.nodes.get(i),[s,l]=o.tokens;e.replaceChildren(Wh(a,o),P("h2",{id:"node-title",tabindex:"-1"},o.title),P("p",{class:"facts-line"},P("span",{class:"kind"},Zn(t(a.colour(o))),Bh[o.kind]),P("code",{},ne(o.id))),...Uh(o),P("p",{class:"lead"},o.description||"No description."),P("dl",{class:"costs"},Yn("Summary",`${s.toLocaleString("en")} tokens`),Yn("Text",`${l.toLocaleString("en")} tokens`),Yn("Links",String(a.out.get(i).length)),Yn("Linked from",String(a.into.get(i).length))),...Hh(o),Kn("Text","text",!0,$h(a,o)),Kn("Links","links",!0,...qo(a.out.get(i),"target"),a.out.get(i).length),Kn("Linked from","backlinks",!0,...qo(a.into.get(i),"source"),a.into.get(i).length)),e.scrollTop=0}return{element:e,show:r}}function Yn(a,n){return P("div",{},P("dt",{},a),P("dd",{},n))}function Zn(a){let n=P("span",{class:"swatch","aria-hidden":"true"});return n.style.background=a,n}function Kn(a,n,t,...e){let r=e.find(s=>typeof s=="number"),i=P("summary",{},P("h3",{},a),r!==void 0&&P("span",{class:"number"},String(r))),o=e.filter(s=>typeof s!="number").map(s=>s);return P("details",{class:`part part-${n}`,open:t},i,...o)}function Wh(a,n){let t=[];for(let r=a.maps.get(n.map);r?.id;r=a.maps.get(a.nodes.get(r.id).map))t.unshift(r);let e=t.map(r=>P("li",{},tr(r.id,Ue(a,r))));return e.length||e.push(P("li",{},n.id===a.entry?"Entry of the graph":"In no map")),P("nav",{"aria-label":"Maps around this node",class:"path"},P("ol",{},...e))}function tr(a,n){return P("button",{type:"button",class:"to-node","data-node":a},n)}function Uh(a){if(!a.status)return[];let n=(a.successors??[]).flatMap(e=>[" ",tr(e,ne(e))]),t=`This node is ${a.status}: do not rely on it.`;return[P("p",{class:"status"},t,n.length>0&&" Read instead:",...n)]}function Hh(a){if(!a.findings)return[];let n=a.findings.map(t=>P("li",{class:t.severity},P("strong",{},`${t.severity} ${t.code}`),t.line?` line ${t.line}: `:": ",t.message,t.remedy&&P("span",{class:"remedy"},t.remedy)));return[Kn("Findings","findings",a.findings.some(t=>t.severity!=="info"),P("ul",{},...n),n.length)]}function $h(a,n){if(n.text===null)return P("p",{class:"hint"},"The texts are not in this file, because together they are too long.");if(!n.text.trim())return P("p",{class:"hint"},"This node has no text.");let t=P("div",{class:"markdown"},lr(n.text));for(let e of t.querySelectorAll("button"))a.nodes.has(e.dataset.node??"")||e.replaceWith(...e.childNodes);return t}function qo(a,n){if(!a.length)return[P("p",{class:"hint"},n==="target"?"It links to no node.":"No node links to it.")];let t=new Map;for(let i of a)t.set(i[n],[...t.get(i[n])??[],i]);let e=[...t].slice(0,Oh).map(([i,o])=>P("li",{},tr(i.id,i.title),...o.flatMap(Vh))),r=t.size-e.length;return[P("ul",{class:"reasons"},...e),...r>0?[P("p",{class:"hint"},`${le(r,"more node")} not listed.`)]:[]]}function Vh(a){return[...a.field?[P("span",{class:"field"},a.field)]:[],...a.context?[P("p",{},a.context)]:[]]}var nr=30;function Xh(a,n){let t=n.toLowerCase().split(/\s+/).filter(Boolean);if(!t.length)return[];let e=[];for(let r of a.nodes.values()){let i=r.title.toLowerCase(),o=r.id.toLowerCase(),s=r.description.toLowerCase(),l=i===n.toLowerCase().trim()?100:0;for(let d of t){let u=jh(d,i,o,s);if(!u){l=-1;break}l+=u}l>0&&e.push({node:r,score:l+(r.kind==="node"?0:1)})}return e.sort((r,i)=>i.score-r.score||(r.node.id<i.node.id?-1:1)),e.map(r=>r.node)}function jh(a,n,t,e){let r=n.indexOf(a);return r===0?12:r>0?/\s/.test(n[r-1])?9:6:t.includes(a)?5:e.includes(a)?2:0}function Ko(a,n){let t=P("ul",{id:"hits",role:"listbox","aria-label":"Found nodes",hidden:!0}),e=P("input",{type:"search",id:"search",placeholder:"Search titles and descriptions",autocomplete:"off",spellcheck:!1,role:"combobox","aria-label":"Search the graph","aria-controls":"hits","aria-expanded":"false","aria-autocomplete":"list"}),r=P("p",{class:"hint",role:"status"}),i=[],o=0;function s(){let f=Xh(a,e.value);i=f.slice(0,nr),o=0,t.replaceChildren(...i.map(l)),t.hidden=!i.length,e.setAttribute("aria-expanded",String(!!i.length)),r.textContent=e.value.trim()?f.length>nr?`${le(f.length,"node")}; the best ${nr} are listed`:f.length?le(f.length,"node"):"No node has these words in its title, id or description":"",d(0)}function l(f,h){return P("li",{role:"option",id:`hit-${h}`,"aria-selected":"false",onclick:()=>u(h)},P("span",{class:"hit-title"},f.title),P("span",{class:"hit-id"},ne(f.id)),f.description&&P("span",{class:"hit-text"},f.description))}function d(f){t.children[o]?.setAttribute("aria-selected","false"),o=Math.max(0,Math.min(f,i.length-1));let h=t.children[o];h?.setAttribute("aria-selected","true"),h?.scrollIntoView({block:"nearest"}),h?e.setAttribute("aria-activedescendant",h.id):e.removeAttribute("aria-activedescendant")}function u(f){let h=i[f];c(),h&&n(h.id)}function c(){e.value="",s()}return e.addEventListener("input",s),e.addEventListener("keydown",f=>{if(f.key==="ArrowDown")d(o+1);else if(f.key==="ArrowUp")d(o-1);else if(f.key==="Enter")u(o);else if(f.key==="Escape"&&e.value)c();else if(f.key==="Escape")e.blur();else return;f.preventDefault(),f.stopPropagation()}),{element:P("div",{class:"search",role:"search"},e,r,t),field:e}}var Zo={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowUp:[0,-1],ArrowDown:[0,1]};function Qo(a,n,t){let e=null,r=1/0;for(let{id:i,x:o,y:s}of n){let[l,d]=[o-a.x,s-a.y],u=Math.hypot(l,d);if(!u)continue;let c=(l*t[0]+d*t[1])/u;if(c<.5)continue;let f=u*(2-c);f<r&&([e,r]=[i,f])}return e}var Yh={nodes:[],edges:[],current:null,dimOthers:!1},Kh=40;function Jo(a,n){return new ar(jo(a),n).api()}var ar=class{constructor(n,t){this.model=n,this.state={open:null,depth:1,opened:new Set(n.entry===null?[]:[n.entry]),highlight:null},this.cursor=null,this.scene=null,this.waiting=[],this.isReady=!1,this.steps=0,this.build(t),this.theme=yr(()=>this.coloursChanged()),this.watch(),this.follow(),this.whenDrawn(()=>this.ready())}api(){return{open:n=>this.open(n),highlight:n=>this.setHighlight(n),clearHighlight:()=>this.setHighlight(null),panelSlot:this.slot,model:this.model,setTheme:n=>this.theme.set(n),onReady:n=>{this.isReady?n():this.waiting.push(n)}}}build(n){let{model:t}=this;this.search=Ko(t,o=>{this.open(o),(this.list.hidden?this.stage:this.list).focus()}),this.panel=Yo(t,o=>this.open(o),o=>Qt().map(o)),this.slot=P("div",{class:"slot"}),this.stage=P("div",{class:"stage",tabindex:"0",role:"group","aria-roledescription":"picture of the graph","aria-label":`${le(t.nodes.size,"node")} and ${le(t.edges.length,"link")}. Arrow keys go to neighbours, Enter opens one, l shows a list.`}),this.list=Xo(t,o=>this.open(o)),this.said=P("p",{class:"said",role:"status"}),this.remarks=P("ul",{class:"remarks","aria-label":"What is not drawn"}),this.legend=P("ul",{class:"legend","aria-label":"Colours of maps"});let e=window.innerWidth>900;this.colours=P("details",{class:"colours",open:e,ontoggle:()=>this.fit()},P("summary",{},"Colours"),this.legend),this.dialog=ur(!!t.data.walks||ta()),this.depths=P("div",{class:"depths",role:"group","aria-label":"Links that are drawn"},...this.depthButtons());let r=P("section",{class:"picture","aria-label":"Picture"},this.stage,this.list,P("div",{class:"tools"},this.depths,this.tools()),P("div",{class:"below"},this.remarks,this.colours)),i=P("section",{class:"side","aria-label":"Node"},this.search.element,this.slot,this.panel.element);n.replaceChildren(i,r,this.said,this.dialog),this.draw(),this.fillLegend()}draw(){this.drawing=Uo(this.stage,tt(this.corners()),{colours:Qt,moves:()=>this.isReady&&!window.matchMedia("(prefers-reduced-motion: reduce)").matches,onNode:n=>this.open(n),onGround:(n,t)=>this.openArea(n,t),covers:()=>this.covers()}),document.documentElement.dataset.drawing=this.drawing?.kind??"list",this.drawing?.kind==="canvas"&&(this.lasting="This browser has no WebGL, so the picture is drawn more slowly."),this.drawing||(this.lasting="This browser cannot draw the picture: here is the graph as a list.",this.showList(!0))}corners(){let n=this.model.data.maps.flatMap(({at:t,radius:e})=>[[t[0]-e,t[1]-e],[t[0]+e,t[1]+e]]);return n.length?n:[[-1,-1],[1,1]]}depthButtons(){let n=["All","1","2","3"];return[1,2,3,0].map(t=>P("button",{type:"button","data-depth":t,"aria-pressed":"false",title:t?`Links within ${le(t,"step")} of the open node`:"All links",onclick:()=>this.setDepth(t)},t===1?"1 step":t?`${n[t]} steps`:"All"))}tools(){let n=(t,e,r)=>P("button",{type:"button","aria-label":e,title:e,onclick:r},t);return this.listButton=P("button",{type:"button","aria-pressed":"false",onclick:()=>this.showList(!!this.list.hidden)},"List"),this.group=P("div",{class:"group",role:"group","aria-label":"Picture"},n("+","Closer",()=>this.drawing?.zoom(1.4)),n("\u2212","Farther",()=>this.drawing?.zoom(1/1.4)),n("Fit","The whole graph",()=>this.fitWhole()),this.listButton,n("\u25D0","Light or dark",()=>this.theme.toggle()),n("?","Keys",()=>this.dialog.showModal())),this.group}fillLegend(){let{model:n}=this,t=Qt(),e=n.tops.slice(0,10),r=n.tops.length-e.length;this.legend.replaceChildren(...e.map(i=>P("li",{},P("button",{type:"button",onclick:()=>this.open(i.id)},Zn(t.map(n.colour(n.nodes.get(i.id)))),P("span",{},Ue(n,i)),P("span",{class:"number"},i.nodes.toLocaleString("en"))))),r>0?P("li",{class:"other"},`${le(r,"more map")} in these colours`):"",P("li",{class:"other"},Zn(t.map(-1)),"Entry, and nodes in no map"))}watch(){window.addEventListener("hashchange",()=>this.follow());let n=t=>this.walk(Zo[t.key]);Yt({"/":()=>this.search.field.focus(),"?":()=>this.dialog.showModal(),ArrowLeft:n,ArrowRight:n,ArrowUp:n,ArrowDown:n,Enter:()=>this.cursor&&this.open(this.cursor),Escape:()=>this.back(),1:()=>this.setDepth(1),2:()=>this.setDepth(2),3:()=>this.setDepth(3),0:()=>this.setDepth(0),"+":()=>this.drawing?.zoom(1.4),"=":()=>this.drawing?.zoom(1.4),"-":()=>this.drawing?.zoom(1/1.4),f:()=>this.fitWhole(),l:()=>this.showList(!!this.list.hidden),t:()=>this.theme.toggle()})}follow(){let n=Zh(location.hash),t=this.model.nodes.has(n)?n:this.model.entry??[...this.model.nodes.keys()][0];t!==void 0?this.show(t):this.refresh()}open(n){this.model.nodes.has(n)&&(n===this.state.open?this.fit():(this.steps+=1,location.hash=encodeURIComponent(n)))}back(){this.cursor!==null?(this.cursor=null,this.refresh()):this.steps>0&&(this.steps-=1,history.back())}show(n){this.state.open=n,this.cursor=null,this.openMapsAround(n);let t=this.panel.element.contains(document.activeElement);this.panel.show(n),t&&this.panel.element.querySelector("h2")?.focus(),document.title=`${this.model.nodes.get(n).title} \u2013 ${this.model.data.name}`,this.refresh(),this.fit(),this.say(`${this.model.nodes.get(n).title} is open; ${le(this.model.neighbours.get(n).length,"neighbour")}.`)}openMapsAround(n){let{maps:t,nodes:e}=this.model;for(let r=t.get(n)??t.get(e.get(n)?.map??"");r;r=r.parent?t.get(r.parent):void 0)this.state.opened.add(r.id)}refresh(){let{open:n,highlight:t}=this.state,e=this.cursor===null?this.state:{...this.state,highlight:this.cursorHighlight(String(n),this.cursor,t)};this.scene=$o(this.model,e),this.drawing?.show(this.scene);let r=[...this.scene.remarks,...this.lasting?[this.lasting]:[],...this.model.data.remarks];this.remarks.replaceChildren(...r.map(i=>P("li",{},i)));for(let i of this.depths.children)i.setAttribute("aria-pressed",String(Number(i.dataset.depth)===this.state.depth))}cursorHighlight(n,t,e){let{nodes:r,edges:i,dimOthers:o,course:s}=e??Yh,d=this.model.out.get(n)?.some(u=>u.target.id===t)?[n,t]:[t,n];return{nodes:[...r,t],edges:[...i,d],current:t,dimOthers:o,course:s}}fit(){let n=(this.scene?.focus??[]).map(t=>this.model.nodes.get(t).at);n.length&&this.list.hidden&&this.drawing?.fit(n,this.covered())}fitWhole(){this.list.hidden&&this.drawing?.fit(this.corners(),this.covered(16))}covered(n=Math.min(110,this.stage.clientWidth*.16)){let{clientWidth:t,clientHeight:e}=this.stage,{top:r,bottom:i}=this.stage.getBoundingClientRect(),o=this.colours.open&&t>640?this.colours.offsetWidth*.8:0,s=l=>Math.min(Math.max(Kh,l+16),e*.2);return{left:n+o,right:n,top:s(this.group.getBoundingClientRect().bottom-r),bottom:s(this.remarks.childElementCount?i-this.remarks.getBoundingClientRect().top:0)}}covers(){let{left:n,top:t}=this.stage.getBoundingClientRect();return[this.depths,this.group,this.colours,...this.remarks.children].map(e=>{let r=e.getBoundingClientRect();return{x:r.left-n,y:r.top-t,width:r.width,height:r.height}})}setDepth(n){this.state.depth=n,this.refresh(),this.fit(),this.say(n?`Links within ${le(n,"step")}.`:"All links.")}setHighlight(n){this.state.highlight=n,this.refresh(),n&&!n.stays&&this.fit()}walk(n){let{open:t}=this.state;if(!this.drawing||t===null||!this.list.hidden)return;let{drawing:e,model:r}=this,i=r.neighbours.get(t).map(l=>({id:l,...e.project(r.nodes.get(l).at)})),o=e.project(r.nodes.get(this.cursor??t).at),s=Qo(o,i.filter(l=>l.id!==this.cursor),n);s!==null&&(this.cursor=s,this.refresh(),this.say(`${r.nodes.get(s).title}: Enter opens it.`))}openArea(n,t){let{drawing:e}=this;if(!e||!this.scene)return;let i=this.scene.areas.filter(o=>{let s=e.project(o.map.at);return o.closed&&Math.hypot(s.x-n,s.y-t)<=o.map.radius*e.scale()}).at(-1);i&&(i.map.id?this.open(i.map.id):(this.state.opened.add(i.map.id),this.refresh(),this.say(`${i.title} is open.`)))}showList(n){this.list.hidden=!n,this.stage.hidden=n,this.listButton?.setAttribute("aria-pressed",String(n)),n&&this.list.focus()}coloursChanged(){this.fillLegend(),this.state.open!==null&&this.panel.show(this.state.open),this.refresh()}say(n){this.said.textContent=n}whenDrawn(n){requestAnimationFrame(()=>requestAnimationFrame(n))}ready(){this.isReady=!0,performance.mark("skillagent-ready"),document.documentElement.dataset.ready="true";for(let n of this.waiting)n()}};function Zh(a){try{return decodeURIComponent(a.slice(1))}catch{return a.slice(1)}}var rr=JSON.parse(document.getElementById("data").textContent),es=Jo(rr,document.getElementById("view"));rr.walks&&Zt(es,rr.walks);vr(es);})();
