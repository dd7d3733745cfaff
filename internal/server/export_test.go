package server

// Patterns are the routes of the API, as in the mux.
func (s *Server) Patterns() (patterns []string) {
	for _, r := range s.routes() {
		method, path := r.split()
		patterns = append(patterns, method+" "+path)
	}
	return patterns
}

// Refusal is the answer to an upload that failed so.
func (s *Server) Refusal(err error) error { return s.refusal(err) }
