-- Run by test_neovim.py as Neovim's init file: uses editors/neovim/heapline.lua as a user would, and writes what is on
-- the screen, as JSON, to the file that $PROBE_SEEN names. $PROBE_FILE and $PROBE_LINE are where to look.

local seen = { messages = {} }

vim.notify = function(message)
  table.insert(seen.messages, message)
end

local function wait_for(what, condition)
  local came = vim.wait(60000, function()
    local last = seen.messages[#seen.messages] or ""
    assert(not last:find("quit with exit code"), last)
    return condition()
  end, 10)
  assert(came, "never came: " .. what)
end

-- The text that stands beside the buffer's lines, by line (1-based).
local function virtual_text(bufnr)
  local found = {}
  for name, namespace in pairs(vim.api.nvim_get_namespaces()) do
    if name:find("codelens") then
      for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(bufnr, namespace, 0, -1, { details = true })) do
        found[tostring(mark[2] + 1)] = mark[4].virt_text[1][1]
      end
    end
  end
  return found
end

local function diagnostics(bufnr)
  return vim.tbl_map(function(found)
    return { line = found.lnum + 1, message = found.message, source = found.source, severity = found.severity }
  end, vim.diagnostic.get(bufnr))
end

local function open_window_of(pattern)
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    local bufnr = vim.api.nvim_win_get_buf(window)
    if vim.api.nvim_buf_get_name(bufnr):find(pattern) then
      return window, bufnr
    end
  end
end

local function go_to_line()
  local window = open_window_of(vim.pesc(vim.env.PROBE_FILE) .. "$")
  vim.api.nvim_set_current_win(window)
  vim.api.nvim_win_set_cursor(0, { tonumber(vim.env.PROBE_LINE), 4 })
end

local function hover()
  vim.lsp.buf.hover()
  local said
  wait_for("the hover", function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= "" then
        said = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), "\n")
        vim.api.nvim_win_close(window, true)
        return true
      end
    end
  end)
  return said
end

-- Where `vim.lsp.buf.definition` leads from a line of the current buffer.
local function definition(line)
  local from = vim.api.nvim_get_current_buf()
  vim.api.nvim_win_set_cursor(0, { line, 3 })
  vim.lsp.buf.definition()
  wait_for("the definition", function()
    return vim.api.nvim_get_current_buf() ~= from
  end)
  return { file = vim.api.nvim_buf_get_name(0), line = vim.api.nvim_win_get_cursor(0)[1] }
end

local function listed(what, ask)
  vim.fn.setqflist({})
  ask()
  wait_for(what, function()
    return #vim.fn.getqflist() > 0
  end)
  local found = vim.tbl_map(function(item)
    return { line = item.lnum, text = item.text }
  end, vim.fn.getqflist())
  vim.cmd("cclose")
  return found
end

local function wait_for_server(bufnr)
  wait_for("the server of a report", function()
    return vim.lsp.buf_is_attached(bufnr, (vim.lsp.get_clients or vim.lsp.get_active_clients)()[1].id)
  end)
end

-- What a user does with a report that is open: with the dump loaded, from the row to the code and back.
local function probe_report()
  local row = tonumber(vim.env.PROBE_ROW)
  vim.cmd("edit " .. vim.fn.fnameescape(vim.env.PROBE_REPORT))
  local report = vim.api.nvim_get_current_buf()
  local found = { filetype = vim.bo.filetype }
  wait_for_server(report)
  vim.api.nvim_win_set_cursor(0, { row, 3 })
  found.hover = hover()
  found.outline = listed("the outline", vim.lsp.buf.document_symbol)
  found.symbols = listed("the rows", function()
    vim.lsp.buf.workspace_symbol("translation_cache.rb:" .. vim.env.PROBE_LINE)
  end)
  vim.api.nvim_set_current_buf(report)
  found.definition = definition(row)

  vim.api.nvim_set_current_buf(report)
  wait_for("the lens of the report", function()
    found.lens = virtual_text(report)["1"]
    return found.lens
  end)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  vim.lsp.codelens.run()
  vim.cmd("edit " .. vim.fn.fnameescape(vim.env.PROBE_FILE))
  local code = vim.api.nvim_get_current_buf()
  wait_for("the report's numbers beside the dump's", function()
    found.both = virtual_text(code)[vim.env.PROBE_LINE] or ""
    return found.both:find("memory_profiler")
  end)
  wait_for("no lens in a report that is loaded", function()
    return not virtual_text(report)["1"]
  end)
  go_to_line()
  vim.ui.select = function(items, _, choose)
    for _, item in ipairs(items) do
      local action = item.action or item[2] or item
      if action.title:find("^Show in") then
        choose(item)
      end
    end
  end
  vim.lsp.buf.code_action()
  wait_for("the row", function()
    return vim.api.nvim_get_current_buf() == report
  end)
  found.row = vim.api.nvim_win_get_cursor(0)[1]

  local lines = vim.api.nvim_buf_get_lines(report, 0, -1, false)
  vim.cmd("cd " .. vim.fn.fnameescape(seen.root)) -- a buffer without a file belongs to the current directory
  vim.cmd("enew")
  vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
  vim.cmd("doautocmd TextChanged") -- as the main loop does after a key
  wait_for_server(vim.api.nvim_get_current_buf())
  found.pasted = { filetype = vim.bo.filetype, definition = definition(row) }
  return found
end

local function probe()
  -- The answer to an ordinary request shows that the server runs.
  vim.cmd("edit " .. vim.fn.fnameescape(vim.env.PROBE_FILE))
  local bufnr = vim.api.nvim_get_current_buf()
  local ready = false
  wait_for("the client", function()
    return #(vim.lsp.get_clients or vim.lsp.get_active_clients)() == 1
  end)
  vim.lsp.buf_request(bufnr, "workspace/executeCommand", { command = "heapline.status" }, function(_, status)
    seen.loaded_at_start = #status.reports
    ready = true
  end)
  wait_for("the status", function()
    return ready
  end)
  seen.root = (vim.lsp.get_clients or vim.lsp.get_active_clients)()[1].config.root_dir

  vim.cmd("HeaplineLoad " .. vim.fn.fnameescape(vim.env.PROBE_DUMP))
  wait_for("the diagnostics", function()
    return #vim.diagnostic.get(bufnr) > 0
  end)
  wait_for("retained sizes in the lenses", function()
    seen.lenses = virtual_text(bufnr) -- now: a redraw takes them away for a moment
    return (seen.lenses[vim.env.PROBE_LINE] or ""):find("retains")
  end)
  wait_for("the message about the load", function()
    return #seen.messages > 0
  end)
  seen.diagnostics = diagnostics(bufnr)

  go_to_line()
  seen.hover = hover()

  go_to_line()
  vim.lsp.buf.references()
  wait_for("the references", function()
    return #vim.fn.getqflist() > 0
  end)
  seen.references = vim.tbl_map(function(item)
    return { file = vim.api.nvim_buf_get_name(item.bufnr), line = item.lnum }
  end, vim.fn.getqflist())
  vim.cmd("cclose")

  go_to_line()
  vim.fn.setqflist({})
  vim.lsp.buf.incoming_calls()
  wait_for("the call hierarchy", function()
    return #vim.fn.getqflist() > 0
  end)
  seen.incoming = vim.tbl_map(function(item)
    return item.text
  end, vim.fn.getqflist())
  vim.cmd("cclose")

  go_to_line()
  vim.lsp.codelens.run()
  local page
  wait_for("the page of holders", function()
    _, page = open_window_of("holders%-.*%.md$")
    return page
  end)
  seen.page = table.concat(vim.api.nvim_buf_get_lines(page, 0, -1, false), "\n")

  seen.report = probe_report()

  go_to_line()
  vim.cmd("HeaplineUnload")
  wait_for("everything to be gone", function()
    return #vim.diagnostic.get(bufnr) == 0 and vim.tbl_isempty(virtual_text(bufnr))
  end)
end

-- After start-up, as a user's first key would be.
vim.api.nvim_create_autocmd("VimEnter", {
  callback = vim.schedule_wrap(function()
    local ok, problem = xpcall(probe, debug.traceback)
    if not ok then
      seen.problem = problem
    end
    local out = assert(io.open(vim.env.PROBE_SEEN, "w"))
    out:write(vim.fn.json_encode(seen))
    out:close()
    vim.cmd("qall!")
  end),
})

package.path = vim.env.PROBE_CONFIG .. "/?.lua;" .. package.path
require("heapline").setup()
