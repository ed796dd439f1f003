;;; heapline.el --- Ruby memory, on the line  -*- lexical-binding: t; -*-

;; Package-Requires: ((emacs "28.1") (eglot "1.9"))

;;; Commentary:

;; Heapline in Emacs, by way of eglot.  Put this file where Emacs finds it, and in your init file:
;;
;;   (require 'heapline)
;;
;; In a Ruby file or a report, M-x heapline starts the server, and M-x heapline-load loads a heap dump or a memory_profiler report.
;; eglot talks to one server in a buffer: M-x heapline takes the place of another Ruby server until M-x eglot.

;;; Code:

(require 'eglot)

(defgroup heapline nil
  "Ruby memory, on the line of code that allocated it."
  :group 'eglot)

(defcustom heapline-command '("heapline" "serve")
  "The program that is Heapline's language server, and its arguments."
  :type '(repeat string))

(define-derived-mode ruby-memory-report-mode text-mode "Memory report"
  "Major mode for what Ruby's memory tools print.")

(defconst heapline--report
  (concat "^\\(?:Total allocated\\|TOP: [0-9.]+ MiB\\|==[0-9]+== Memcheck\\|Analyzing Heap$\\|path\tline\t"
          "\\|leaks Report Version\\|.*ERROR: LeakSanitizer\\|\\(?:Allocated\\|Retained\\) [A-Z]+ [0-9]+ objects of size "
          "\\|{\\[\"[^\"]+\", [0-9]\\|{\"[^\"]+\" ?=> ?\\(?:$\\|{\"\\)\\)")
  "How a line near the beginning of a report looks, tool by tool.")

(defun heapline--report-p ()
  "Whether the buffer's text is a report."
  (save-excursion
    (goto-char (point-min))
    (let ((case-fold-search nil))
      (re-search-forward heapline--report (min (point-max) (+ (point-min) 4000)) t))))

(add-to-list 'magic-mode-alist '(heapline--report-p . ruby-memory-report-mode))

(defface heapline-lens '((t :inherit shadow))
  "What stands behind a line that allocated much.")

(defclass heapline-server (eglot-lsp-server) ()
  :documentation "Heapline's language server.")

;;;###autoload
(defun heapline ()
  "Start Heapline for this project's Ruby files and reports, in place of any other server."
  (interactive)
  (when-let ((running (eglot-current-server)))
    (eglot-shutdown running))
  (let ((eglot-server-programs `(((ruby-mode ruby-ts-mode ruby-memory-report-mode) . (heapline-server ,@heapline-command)))))
    (call-interactively #'eglot)))

(defun heapline-load (file)
  "Load FILE, a heap dump or a memory_profiler report."
  (interactive "fHeap dump or memory_profiler report: ")
  (heapline--execute
   "heapline.load" (vector (expand-file-name file))
   (lambda (report)
     (when report                       ; what went wrong was said by the server
       (message "Heapline: %s: %d of its %d lines are in this project" (file-name-nondirectory file)
                (plist-get report :placedSites) (plist-get report :sites))))))

(defun heapline-unload ()
  "Take all numbers away."
  (interactive)
  (heapline--execute "heapline.unload" [] (lambda (count) (message "Heapline: unloaded %d" count))))

(defun heapline-reload ()
  "Look for reports that changed or appeared."
  (interactive)
  (heapline--execute "heapline.reload" [] (lambda (reports) (message "Heapline: %d loaded" (length reports)))))

(defun heapline-holders ()
  "Show what holds the objects that the line at point allocated."
  (interactive)
  (heapline--execute
   "heapline.showHolders" (vector (plist-get (eglot--TextDocumentIdentifier) :uri) (line-number-at-pos nil t))
   (lambda (page)
     (when page
       (with-current-buffer (get-buffer-create "*heapline holders*")
         (let ((inhibit-read-only t))
           (erase-buffer)
           (insert (plist-get page :text)))
         (goto-char (point-min))
         (special-mode)
         (display-buffer (current-buffer)))))))

(defun heapline--execute (command arguments done)
  "Execute COMMAND with ARGUMENTS, however long it takes; give DONE the answer."
  (let ((server (eglot-current-server)))
    (unless (heapline-server-p server)
      (user-error "Heapline does not run in this buffer; M-x heapline starts it"))
    (jsonrpc-async-request server :workspace/executeCommand (list :command command :arguments arguments)
                           :success-fn done
                           :error-fn (lambda (problem) (message "Heapline: %s" (plist-get problem :message)))
                           :timeout nil)))

(cl-defmethod eglot--language-id ((_server heapline-server))
  "The language of this buffer: eglot 1.9 knows one for all buffers of a server."
  (if (derived-mode-p 'ruby-memory-report-mode) "ruby-memory-report" "ruby"))

(cl-defmethod eglot-execute-command ((_server heapline-server) (_command (eql heapline.showInReport)) _arguments)
  "Show the row of a report that speaks of a line: what the code action does."
  (when-let ((row (cl-call-next-method)))
    (find-file-other-window (eglot--uri-to-path (plist-get row :uri)))
    (goto-char (point-min))
    (forward-line (plist-get (plist-get (plist-get row :range) :start) :line))))

;; eglot shows no code lenses: here they stand behind their lines.

(cl-defmethod eglot-client-capabilities ((_server heapline-server))
  "Let the server know that its lenses can be redrawn."
  (let ((capabilities (cl-call-next-method)))
    (plist-put (plist-get capabilities :workspace) :codeLens '(:refreshSupport t))
    capabilities))

(cl-defmethod eglot-handle-request ((server heapline-server) (_method (eql workspace/codeLens/refresh)) &key)
  "Redraw the lenses in all of SERVER's buffers."
  (dolist (buffer (eglot--managed-buffers server))
    (heapline--draw server buffer))
  nil)

(defun heapline--draw (server buffer)
  "Draw in BUFFER the lenses that SERVER has for it."
  (with-current-buffer buffer
    (jsonrpc-async-request server :textDocument/codeLens (list :textDocument (eglot--TextDocumentIdentifier))
                           :success-fn (lambda (lenses)
                                         (when (buffer-live-p buffer)
                                           (with-current-buffer buffer
                                             (heapline--erase)
                                             (seq-do #'heapline--draw-lens lenses)))))))

(defun heapline--draw-lens (lens)
  "Draw LENS behind its line."
  (save-excursion
    (save-restriction
      (widen)
      (goto-char (point-min))
      (forward-line (plist-get (plist-get (plist-get lens :range) :start) :line))
      (let ((overlay (make-overlay (line-end-position) (line-end-position))))
        (overlay-put overlay 'heapline t)
        (overlay-put overlay 'after-string
                     (propertize (concat "  " (plist-get (plist-get lens :command) :title)) 'face 'heapline-lens))))))

(defun heapline--erase ()
  "Remove the lenses of this buffer."
  (remove-overlays (point-min) (point-max) 'heapline t))

(defun heapline--managed-mode-changed ()
  "Draw the lenses of a buffer that the server has begun to manage, or erase them."
  (let ((server (and (eglot-managed-p) (eglot-current-server))))
    (if (heapline-server-p server)
        (heapline--draw server (current-buffer))
      (heapline--erase))))

(add-hook 'eglot-managed-mode-hook #'heapline--managed-mode-changed)

(provide 'heapline)
;;; heapline.el ends here
