// Puts the parts of the room together: each is told what it needs and says what happened.

import { Announcer } from './announcer.js';
import { Api } from './api.js';
import { boot } from './boot.js';
import { Catchup } from './catchup.js';
import { Composer } from './composer.js';
import { Connection } from './connection.js';
import './drawers.js';
import { History } from './history.js';
import { isSomebodyElse } from './identity.js';
import { Jump } from './jump.js';
import { Log } from './log.js';
import { Notices } from './notices.js';
import { Outbox } from './outbox.js';
import { People } from './people.js';
import { findLost } from './portrait.js';
import { listRooms, roomName } from './rooms.js';
import { Scroll } from './scroll.js';
import { Socket } from './socket.js';
import { Title } from './title.js';
import { explain, t } from './words.js';
import { You } from './you.js';

const SINCE = 200; // messages asked for at once after an absence

function start({ As, Room, Rooms, Messages, Limits, ...rest }) {
  let me = rest.Me;
  const name = roomName(Room);
  const prefix = `gochatting.${As}.${Room.ID}`;
  const path = `rooms/${encodeURIComponent(Room.ID)}`;
  const api = new Api(As);
  const fetchMessages = async (query) => (await api.get(`${path}/messages`, query)).Messages;

  document.getElementById('room-name').textContent = name;
  document.querySelector('.beginning .title').textContent = t('beginning', { room: name });
  listRooms(Rooms, Room.ID, As);

  const box = document.getElementById('log');
  const scroll = new Scroll(box, {
    atEnd: () => log.atEnd,
    moved: () => jump.update(scroll, box.clientHeight),
  });
  const log = new Log(box, me.ID, scroll);
  const toLatest = () => (log.atEnd ? scroll.toBottom() : history.latest().catch(() => scroll.toBottom()));
  const jump = new Jump(toLatest);
  log.add(Messages);
  scroll.toBottom();
  const history = new History(box, fetchMessages, log, scroll);

  const title = new Title(name);
  const announcer = new Announcer();
  const notices = new Notices(log);
  const people = new People(me.ID, (query) => api.get(`${path}/users`, query));
  const connection = new Connection();

  const outbox = new Outbox(prefix, {
    send: ({ Ref, Content }) => socket.send({ MType: 'text_mtype', Room: Room.ID, Ref, TextMessage: { Content } }),
    show: ({ Ref, Content, At }) => log.send(Ref, { Content, At, UserInfo: me }),
    fail: ({ Ref, Failed }) => log.markSent(Ref, 'failed', explain(Failed)),
    again: ({ Ref }) => log.markSent(Ref, 'pending'),
    slow: (seconds) => composer.hint(t('error.slow_down'), seconds + 1),
    forget: (ref) => log.takeBack(ref),
    stalled: () => socket.restart(),
  });
  const composer = new Composer(prefix, name, Limits.MessageBytes, (text) => {
    toLatest();
    outbox.add(text);
  });
  box.querySelector('.waiting').addEventListener('click', ({ target }) => {
    const ref = target.closest('.message')?.dataset.ref;
    if (target.matches('.retry')) outbox.retry(ref);
    if (target.matches('.take-back')) {
      composer.restore(outbox.takeBack(ref));
      log.takeBack(ref);
    }
  });

  const you = new You(me, api, {
    unsent: () => outbox.size > 0,
    leave: () => {
      outbox.clear();
      composer.clear();
    },
  });

  const catchup = new Catchup(Math.max(0, ...Messages.map((message) => message.TextMessage.Rev)), {
    since: (since) => fetchMessages({ since, limit: SINCE }),
    apply: (messages) => messages.forEach(hear),
    restart: () => history.latest(),
  });

  // A message from the socket or from what was missed. Whether it is somebody else's new one.
  function hear(message) {
    const { UserInfo } = message.TextMessage;
    const isNew = log.upsert(message);
    if (UserInfo.ID === me.ID) outbox.settle(message.Ref);
    if (!isNew || UserInfo.ID === me.ID) return false;
    title.count();
    if (!scroll.following) jump.count();
    jump.update(scroll, box.clientHeight);
    return true;
  }

  function changePresence({ Users, Joined = [], Left = [], Online }) {
    people.online = Online;
    if (Users) return people.replace(Users);
    notices.came(Joined.filter((user) => people.join(user) && user.ID !== me.ID));
    Left.forEach((user) => people.leave(user));
    notices.left(Left.filter((user) => user.ID !== me.ID));
    for (const user of Joined) {
      log.rename(user);
      if (user.ID === me.ID) you.show(me = { ...me, ...user });
    }
  }

  Messages.forEach(hear); // one of mine may still be in the outbox: the page went before the answer came

  const frames = {
    welcome_mtype({ Welcome }) {
      you.show(me = Welcome.You);
      listRooms(Welcome.Rooms, Room.ID, As);
      catchup.reach(Welcome.Rooms.find((room) => room.ID === Room.ID).Rev);
      outbox.open();
      findLost();
    },
    status_mtype({ UserStatus }) {
      changePresence(UserStatus);
    },
    text_mtype(message) {
      catchup.hear(message.TextMessage.Rev);
      if (hear(message)) announcer.say(message.TextMessage);
    },
    error_mtype({ Ref, Error }) {
      if (Ref) outbox.refuse(Ref, Error);
      else composer.hint(explain(Error), 10);
    },
  };

  const socket = new Socket(As, {
    frame: (message) => frames[message.MType]?.(message),
    state: (state) => connection.show(state),
    lost: () => {
      catchup.lost();
      outbox.lost();
    },
    signedOut: () => api.signedOut(),
    ended: () => end('ended.signed_out'),
  });
  if ('WebSocket' in window) socket.open();
  else end('ended.no_websocket');

  function end(why) {
    connection.end(why);
    composer.close();
  }
}

if (!await isSomebodyElse(boot.As)) start(boot);
