// Puts the parts of the page together: each reaches what it needs by the app, and hears from the
// rooms and the socket what happened.

import { Announcer } from './announcer.js';
import { App } from './app.js';
import { boot } from './boot.js';
import { Commands } from './commands.js';
import { Connection } from './connection.js';
import './drawers.js';
import { Finding } from './finding.js';
import { Header } from './header.js';
import { Hearing } from './hearing.js';
import { isSomebodyElse } from './identity.js';
import { Marks } from './marks.js';
import { Outboxes } from './outboxes.js';
import { People } from './people.js';
import { Presence } from './presence.js';
import { Reading } from './reading.js';
import { RoomList } from './roomlist.js';
import { Rooms } from './rooms.js';
import { Socket } from './socket.js';
import { Stage } from './stage.js';
import { Title } from './title.js';
import { You } from './you.js';

function start({ Room, Rooms: mine, Messages: said }) {
  const app = new App(boot);
  const connection = new Connection();
  app.commands = new Commands();
  app.people = new People(app.api);
  app.rooms = new Rooms(app, [...mine, Room]);
  app.marks = new Marks(app);
  app.outboxes = new Outboxes(app.as, {
    send: (room, { Ref, Content, ReplyTo, Mentions, Files = [] }) => app.socket.send({
      MType: 'text_mtype', Room: room, Ref,
      TextMessage: { Content, ReplyTo, Mentions, Files: Files.map(({ ID, Alt }) => ({ ID, Alt })) },
    }),
    stalled: () => app.socket.restart(),
  });
  app.socket = new Socket(app.as, {
    room: () => app.presence.ask(),
    state: (state) => connection.show(state),
    lost: () => app.tell('lost'),
    signedOut: () => app.api.signedOut(),
    ended: (why) => (why === 'banned' ? end('ended.banned') : end('ended.signed_out')),
  });
  app.presence = new Presence(app);
  app.reading = new Reading(app);
  app.stage = new Stage(app);
  app.you = new You(app);
  new Header(app);
  new Title(app.rooms);
  new RoomList(app);
  new Hearing(app, new Announcer());
  new Finding(app);
  app.stage.begin(app.rooms.get(Room.ID), said);
  soon(() => import('./later/intake.js'), ({ Intake }) => new Intake(app));
  soon(() => import('./later/messages.js'), ({ Messages }) => new Messages(app));
  soon(() => import('./later/notify.js'), ({ Notify }) => new Notify(app));
  soon(() => import('./later/order.js'), ({ Order }) => new Order(app));

  if ('WebSocket' in window) app.socket.open();
  else end('ended.no_websocket');

  // What the first sight does not need. If the server is gone already, it comes when it is back.
  function soon(load, make) {
    load().then(make, () => app.socket.addEventListener('welcome_mtype', () => soon(load, make), { once: true }));
  }

  function end(why) {
    app.ended = true;
    connection.end(why);
    app.stage.update();
  }
}

if (!await isSomebodyElse(boot.As)) start(boot);
