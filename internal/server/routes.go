package server

import (
	"net/http"
	"slices"
	"strings"

	"gochatting/internal/store"
)

// apiBase is where the API is.
const apiBase = "/api/v1"

// A call answers a request to the API: it gets the session, which everyone needs, and returns what
// becomes JSON.
type call func(w http.ResponseWriter, r *http.Request, me store.Session) (any, error)

// uploading is the route whose body is no JSON, and may be long: it reads that itself.
const uploading = "POST /files"

// A route is one method of one address of the API.
type route struct {
	pattern string // below apiBase
	answer  call
	pace    *allowance // what it takes of, if anything
}

// split gives the method and the whole path.
func (r route) split() (method, path string) {
	method, path, _ = strings.Cut(r.pattern, " ")
	return method, apiBase + path
}

// routes are the whole API; docs/openapi.yaml describes it. Each finds what it is about by way of the
// signed-in user, so that what one may not see is not there.
func (s *Server) routes() []route {
	acts := s.pace.acts
	return []route{
		{"GET /me", s.me, nil},
		{"DELETE /me", s.deleteAccount, acts},
		{"GET /me/export", s.export, s.pace.codes},
		{"GET /me/devices", s.listDevices, nil},
		{"POST /me/devices", s.newDevice, s.pace.codes},
		{"DELETE /me/devices", s.endDevices, acts},
		{"DELETE /me/devices/{device}", s.endDevice, acts},
		{"POST /me/verification", s.verify, s.pace.codes},
		{"PUT /me/verification", s.prove, acts},

		{"GET /invitations", s.listInvitations, nil},
		{"POST /invitations", s.makeInvitation, acts},
		{"DELETE /invitations/{invitation}", s.revokeInvitation, acts},

		{"GET /rooms", s.listRooms, nil},
		{"POST /rooms", s.makeRoom, s.pace.rooms},
		{"GET /rooms/{room}", s.showRoom, nil},
		{"PATCH /rooms/{room}", s.changeRoom, acts},
		{"GET /rooms/{room}/members", s.listMembers, nil},
		{"PUT /rooms/{room}/members/{user}", s.addMember, acts},
		{"DELETE /rooms/{room}/members/{user}", s.removeMember, acts},
		{"PUT /rooms/{room}/involvement", s.setInvolvement, acts},
		{"PUT /rooms/{room}/read", s.setRead, acts},
		{"GET /rooms/{room}/users", s.listHere, nil},

		{"GET /rooms/{room}/messages", s.listMessages, s.pace.reads},
		{"POST /rooms/{room}/messages", s.postMessage, s.pace.speech},
		{"GET /rooms/{room}/messages/{id}", s.showMessage, nil},
		{"PATCH /rooms/{room}/messages/{id}", s.editMessage, acts},
		{"DELETE /rooms/{room}/messages/{id}", s.deleteMessage, acts},
		{"PUT /rooms/{room}/messages/{id}/reactions/{emoji}", s.react(true), s.pace.reactions},
		{"DELETE /rooms/{room}/messages/{id}/reactions/{emoji}", s.react(false), s.pace.reactions},
		{"PUT /rooms/{room}/messages/{id}/pin", s.pin(true), acts},
		{"DELETE /rooms/{room}/messages/{id}/pin", s.pin(false), acts},
		{"GET /rooms/{room}/pins", s.listPins, nil},

		{"GET /search", s.search, acts},
		{"GET /users", s.listUsers, nil},
		{"GET /users/{user}", s.showUser, nil},
		{"PATCH /users/{user}", s.changeUser, acts},
		{"PUT /users/{user}/mute", s.muteUser, acts},
		{"DELETE /users/{user}/mute", s.unmuteUser, acts},
		{"PUT /users/{user}/ban", s.banUser, acts},
		{"DELETE /users/{user}/ban", s.unbanUser, acts},
		{"POST /users/{user}/purge", s.purgeUser, acts},
		{"GET /bans", s.listBans, nil},
		{"GET /log", s.listActs, nil},
		{"POST /log/{act}/undo", s.undoAct, acts},

		{uploading, s.upload, s.pace.uploads},
		{"DELETE /files/{id}", s.dropFile, acts},
	}
}

func (s *Server) handleAPI(mux *http.ServeMux) {
	methods := make(map[string][]string)
	for _, r := range s.routes() {
		method, path := r.split()
		mux.Handle(method+" "+path, s.api(r))
		methods[path] = append(methods[path], method)
		if method == http.MethodGet {
			methods[path] = append(methods[path], http.MethodHead)
		}
	}
	for path, allowed := range methods {
		slices.Sort(allowed)
		mux.Handle(path, s.api(route{answer: otherMethods(strings.Join(allowed, ", "))}))
	}
	mux.Handle("/api/", s.api(route{answer: s.noRoute}))
}
