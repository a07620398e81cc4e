"""Style and script of the report. Without the script everything can still be read; it only adds search and filters."""

from __future__ import annotations

CSS = """
:root{color-scheme:light dark;--bg:#f6f5f1;--card:#fff;--ink:#1d1f21;--soft:#5d6166;--line:#dcdad3;--ok:#00705a;
--okbg:#e2f2ec;--look:#8f4a00;--lookbg:#fdeeda;--none:#5d6166;--nonebg:#ececea;--bad:#a32a15;--badbg:#fbe6e1;
--link:#0b5cad;--paper:#fff}
@media(prefers-color-scheme:dark){:root{--bg:#15171a;--card:#1e2125;--ink:#e9e9e6;--soft:#a3a8ae;--line:#343940;
--ok:#5fd1b0;--okbg:#123a30;--look:#ffbe6b;--lookbg:#43300f;--none:#a3a8ae;--nonebg:#2b2f34;--bad:#ff9d8a;
--badbg:#4a211a;--link:#86bdf5;--paper:#cfcfca}}
*{box-sizing:border-box}
html{scroll-padding-top:4.5rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.vh{position:absolute;opacity:0;width:1px;height:1px;overflow:hidden}
#lang-id:checked~.page [lang=en],#lang-en:checked~.page [lang=id]{display:none}
a{color:var(--link);text-underline-offset:.15em}
.bar{position:sticky;top:0;z-index:2;display:flex;gap:.75rem;align-items:center;justify-content:space-between;
padding:.5rem max(1rem,calc(50% - 29rem));background:var(--lookbg);
color:var(--look);border-bottom:1px solid var(--line)}
.bar p{margin:0;font-weight:600;font-size:.875rem;line-height:1.3}
.tongue{display:flex;flex:none;border:1px solid currentColor;border-radius:.4rem;overflow:hidden}
.tongue label{padding:.3rem .6rem;min-width:2.5rem;text-align:center;font-size:.8rem;font-weight:700;cursor:pointer}
#lang-id:checked~.page label[for=lang-id],#lang-en:checked~.page label[for=lang-en]{background:var(--look);
color:var(--lookbg)}
#lang-id:focus-visible~.page .tongue,#lang-en:focus-visible~.page .tongue{outline:2px solid;outline-offset:2px}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.5rem;line-height:1.2;margin:0 0 1rem;letter-spacing:-.01em}
h2{font-size:1.2rem;line-height:1.3;margin:2.5rem 0 .75rem}
h3{font-size:1rem;line-height:1.35;margin:0;overflow-wrap:anywhere}
h3 a{color:inherit}
.sub{color:var(--soft);font-size:.875rem;margin:0 0 1rem}
.tiles{display:grid;grid-template-columns:repeat(3,1fr);gap:.5rem;margin:0;padding:0;list-style:none}
@media(min-width:40rem){.tiles{grid-template-columns:repeat(6,1fr)}}
.tiles li{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.6rem .7rem;font-size:.8rem;
color:var(--soft);line-height:1.3}
.tiles b{display:block;font-size:1.6rem;line-height:1.15;color:var(--ink);font-variant-numeric:tabular-nums}
.tiles .ok b{color:var(--ok)}.tiles .look b{color:var(--look)}.tiles .bad b{color:var(--bad)}
#find{display:none;width:100%;padding:.6rem .8rem;font:inherit;color:inherit;background:var(--card);
border:1px solid var(--line);border-radius:.6rem}
.home{font-size:.875rem;font-weight:600;color:inherit;white-space:nowrap}
.filters{display:none}
.filters .sub{margin:.6rem 0}
.chips{display:flex;flex-wrap:wrap;gap:.4rem;margin:.6rem 0 0}
.chips label{padding:.3rem .7rem;border:1px solid var(--line);border-radius:1rem;background:var(--card);
font-size:.85rem;cursor:pointer;color:var(--soft)}
.chips b{color:var(--ink);font-variant-numeric:tabular-nums}
.chips input{position:absolute;opacity:0;width:1px;height:1px}
.chips label:has(:checked){border-color:var(--link);box-shadow:inset 0 0 0 1px var(--link);color:var(--ink)}
.chips label:has(:focus-visible){outline:2px solid var(--link);outline-offset:2px}
.scripted #find{display:block}.scripted .filters{display:block}
.list{list-style:none;margin:0;padding:0;border:1px solid var(--line);border-radius:.75rem;background:var(--card);
overflow:hidden}
.list li{display:grid;grid-template:"name verdict" auto "meta count" auto/minmax(0,1fr) auto;gap:.15rem 1rem;
padding:.6rem 1rem;border-top:1px solid var(--line);content-visibility:auto;contain-intrinsic-size:auto 3.9rem}
.list li:first-child{border-top:0}
@media(max-width:40rem){.list li{grid-template:"name count" auto "verdict verdict" auto "meta meta" auto/minmax(0,1fr)
auto;
contain-intrinsic-size:auto 5.3rem}.list .verdict{justify-self:start!important}}
.list h3{grid-area:name;font-variant-numeric:tabular-nums}.list .verdict{grid-area:verdict;justify-self:end}
.list .meta{grid-area:meta}.list .count{grid-area:count;margin:0;justify-self:end;font-size:.85rem;color:var(--soft);
white-space:nowrap}
.list .count b{color:var(--ink)}
.verdict{font-size:.85rem;font-weight:600;line-height:1.4}
.verdict.ok{color:var(--ok)}.verdict.look{color:var(--look)}.verdict.bad{color:var(--bad)}.verdict.none{color:var(--none)}
.steps{display:flex;justify-content:space-between;list-style:none;margin:0 0 1rem;padding:0}
.doc{background:var(--card);border:1px solid var(--line);border-radius:.75rem;margin:0 0 1rem;overflow:hidden;
content-visibility:auto;contain-intrinsic-size:auto 12rem}
.doc>header{display:flex;flex-wrap:wrap;gap:.1rem 1rem;justify-content:space-between;padding:.75rem 1rem}
.doc>header .meta{flex-basis:100%}
.doc:target{outline:3px solid var(--link)}
.photos{list-style:none;margin:0;padding:.6rem 1rem;border-top:1px solid var(--line);font-size:.85rem;color:var(--soft)}
.photos li{overflow-wrap:anywhere}
.head{display:block;max-width:100%;height:auto;margin:.25rem 0 .5rem;border:1px solid var(--line);border-radius:.3rem;
background:var(--paper)}
h4{font-size:.9rem;margin:0;overflow-wrap:anywhere}
.meta{color:var(--soft);font-size:.85rem;margin:.1rem 0 0;overflow-wrap:anywhere}
.meta b{color:var(--look)}
.number{display:grid;grid-template:"label label" auto "crop value" auto "why why" auto "strokes strokes" auto
"fine fine" auto/auto minmax(0,1fr);
gap:.3rem 1rem;align-items:center;padding:.8rem 1rem;border-top:1px solid var(--line)}
.number p{margin:0}
.crop{grid-area:crop;overflow-x:auto}
.strokes{grid-area:strokes}
.crop img{display:block;box-sizing:content-box;max-width:none;object-fit:none;border-radius:.3rem;
background:var(--paper);border:1px solid var(--line)}
.crop img+img{margin-top:.3rem}
.value{grid-area:value}.label{grid-area:label}.number>.fine{grid-area:fine}.why{grid-area:why;font-size:.9rem}
@media(min-width:40rem){.number{grid-template:"crop label why" 1fr "crop value why" auto "crop fine why" 1fr
"strokes strokes strokes" auto/12.5rem
minmax(0,1fr) minmax(0,1.2fr);gap:.1rem 1.25rem}.number .label{align-self:end}.number>.fine{align-self:start}}
.value>b{font-weight:inherit;white-space:nowrap}
.value{font-size:1.4rem;font-weight:650;line-height:1.2;font-variant-numeric:tabular-nums}
.label{font-size:.9rem;line-height:1.35}
.label code,.fine{color:var(--soft);font-size:.78rem;overflow-wrap:anywhere}
.sign{display:inline-block;min-width:1.55em;padding:0 .35em;margin-right:.45em;border-radius:.35em;text-align:center;
font-weight:700}
.ok .sign,.holds .sign{background:var(--okbg);color:var(--ok)}
.look .sign{background:var(--lookbg);color:var(--look)}
.none .sign,.open .sign{background:var(--nonebg);color:var(--none)}
.bad .sign,.broken .sign{background:var(--badbg);color:var(--bad)}
.number:target{outline:3px solid var(--link);outline-offset:-3px}
.problem{display:flex;gap:1rem;padding:.75rem 1rem;align-items:flex-start;border-top:1px solid var(--line);
font-size:.9rem}
.problem img{flex:none;max-width:6rem;max-height:7rem;border-radius:.3rem;border:1px solid var(--line)}
.problem p{margin:.15rem 0 0}
.rules{list-style:none;margin:0;padding:.5rem 1rem;border-top:1px solid var(--line);font-size:.875rem}
.rules li{padding:.3rem 0;overflow-wrap:anywhere}
.rules code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.82rem}
details.more{border-top:1px solid var(--line)}
details.more>summary{padding:.6rem 1rem;font-size:.875rem;cursor:pointer;color:var(--soft)}
details.more .rules{border-top:0;padding-top:0}
footer{color:var(--soft);font-size:.8rem;margin-top:3rem;border-top:1px solid var(--line);padding-top:1rem;
overflow-wrap:anywhere}
[hidden]{display:none!important}
@media print{.bar{position:static}.filters,#find,.tongue,.steps{display:none!important}.number{break-inside:avoid}
.doc,.list li{content-visibility:visible}}
"""

JS = """
(function(){
document.documentElement.className='scripted';
var find=document.getElementById('find'),shown=document.querySelector('#shown b');
var items=[].slice.call(document.querySelectorAll('[data-find]'));
function filter(){
var words=find.value.toLowerCase().trim().split(/\\s+/);
var chip=document.querySelector('[name=verdict]:checked'),verdict=chip?chip.value:'',count=0;
items.forEach(function(item){
var text=item.getAttribute('data-find');
var fits=(!verdict||item.getAttribute('data-v')===verdict)&&words.every(function(w){return text.indexOf(w)>=0});
item.hidden=!fits;count+=fits;
});
if(shown){shown.textContent=count}
}
find.addEventListener('input',filter);
document.addEventListener('change',function(event){if(event.target.name==='verdict'){filter()}});
filter();
function open(){
var target=location.hash&&document.getElementById(decodeURIComponent(location.hash.slice(1)));
for(var e=target;e;e=e.parentElement){if(e.tagName==='DETAILS'){e.open=true}}
if(target){target.scrollIntoView()}
}
window.addEventListener('hashchange',open);open();
})();
"""
