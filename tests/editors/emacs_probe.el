;;; emacs_probe.el --- what a user sees of Heapline in Emacs  -*- lexical-binding: t; -*-

;; Run by test_emacs.py: uses editors/emacs/heapline.el as a user would, and writes what is on the screen, as JSON, to the
;; file that $PROBE_SEEN names.  $PROBE_FILE and $PROBE_LINE are where to look.

(package-initialize)
(require 'json)
(add-to-list 'load-path (getenv "PROBE_CONFIG"))
(require 'heapline)

(defvar seen nil)
(defvar problem nil)
(setq eglot-sync-connect 60)

(defun see (name value) (push (cons name value) seen))

(defun wait-for (what condition)
  "Wait until CONDITION gives something, and give that."
  (let ((deadline (+ (float-time) 60)) found)
    (while (not (or (setq found (funcall condition)) (> (float-time) deadline)))
      (accept-process-output nil 0.05))
    (or found (error "Never came: %s" what))))

(defun lenses ()
  "What stands behind the buffer's lines, by line."
  (let (found)
    (dolist (overlay (overlays-in (point-min) (point-max)) found)
      (when (overlay-get overlay 'heapline)
        (push (cons (number-to-string (line-number-at-pos (overlay-start overlay)))
                    (string-trim (overlay-get overlay 'after-string)))
              found)))))

(defun go-to-line ()
  (goto-char (point-min))
  (forward-line (1- (string-to-number (getenv "PROBE_LINE"))))
  (back-to-indentation))

(defun places (xrefs)
  "Where XREFS lead."
  (vconcat (mapcar (lambda (found)
                     (let ((at (xref-item-location found)))
                       `((file . ,(xref-location-group at)) (line . ,(xref-location-line at)))))
                   xrefs)))

(defun hover ()
  (let (hover)
    (eglot-hover-eldoc-function (lambda (text &rest _) (setq hover text)))
    (substring-no-properties (wait-for "the hover" (lambda () hover)))))

(defun action (title)
  "Do what the code action that begins with TITLE does."
  (let* ((found (eglot-code-actions (point)))
         (chosen (seq-find (lambda (each) (string-prefix-p title (plist-get each :title))) found))
         (command (plist-get chosen :command)))
    (eglot-execute-command (eglot-current-server) (intern (plist-get command :command)) (plist-get command :arguments))))

(defun probe-report ()
  "What a user does with a report: with the dump loaded, from the row to the code and back."
  (find-file (getenv "PROBE_REPORT"))
  (see 'report_mode (symbol-name major-mode))
  (see 'report_lens (wait-for "the lens of the report" (lambda () (alist-get "1" (lenses) nil nil #'equal))))
  (goto-char (point-min))
  (forward-line (1- (string-to-number (getenv "PROBE_ROW"))))
  (forward-char 20)
  (see 'report_hover (hover))
  (see 'report_definition
       (places (xref-backend-definitions 'eglot (xref-backend-identifier-at-point 'eglot))))
  (see 'report_outline (prin1-to-string (eglot-imenu)))
  (see 'report_rows (places (xref-backend-apropos 'eglot (concat "translation_cache.rb:" (getenv "PROBE_LINE")))))
  (action "Load this report")
  (wait-for "the report to be loaded" (lambda () (not (lenses))))
  (find-file (getenv "PROBE_FILE"))
  (go-to-line)
  (action "Show in")
  (see 'report_row (and (equal (buffer-file-name) (getenv "PROBE_REPORT")) (line-number-at-pos)))
  (find-file (getenv "PROBE_FILE")))

(defun probe ()
  (find-file (getenv "PROBE_FILE"))
  (heapline)
  (see 'server (plist-get (eglot--server-info (eglot-current-server)) :name))
  (see 'root (directory-file-name (expand-file-name (project-root (eglot--project (eglot-current-server))))))
  (see 'lenses_at_start (length (lenses)))

  (heapline-load (getenv "PROBE_DUMP"))
  (wait-for "retained sizes in the lenses"
            (lambda () (string-match-p "retains" (alist-get (getenv "PROBE_LINE") (lenses) "" nil #'equal))))
  (see 'lenses (lenses))
  (wait-for "the diagnostics" (lambda () (flymake-start) (flymake-diagnostics)))
  (see 'diagnostics (vconcat (mapcar (lambda (found)
                                       `((line . ,(line-number-at-pos (flymake-diagnostic-beg found)))
                                         (type . ,(symbol-name (flymake-diagnostic-type found)))
                                         (message . ,(flymake-diagnostic-text found))))
                                     (flymake-diagnostics))))

  (go-to-line)
  (see 'hover (hover))

  (see 'references (places (xref-backend-references 'eglot (xref-backend-identifier-at-point 'eglot))))

  (heapline-holders)
  (see 'page (wait-for "the page of holders"
                       (lambda ()
                         (when-let ((page (get-buffer "*heapline holders*")))
                           (with-current-buffer page (buffer-string))))))

  (probe-report)

  (heapline-unload)
  (wait-for "everything to be gone"
            (lambda () (flymake-start) (not (or (lenses) (flymake-diagnostics)))))
  (eglot-shutdown (eglot-current-server)))

(condition-case caught
    (probe)
  (error (see 'problem (error-message-string caught))))
(with-temp-file (getenv "PROBE_SEEN")
  (insert (json-encode seen)))
